"""Pods wait for images because nodes pull one at a time."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from plimsoll.diagnosis.finding import Effect, Fact, Finding, Remedy, Sighting, Threshold, everywhere

if TYPE_CHECKING:
    from plimsoll.diagnosis.evidence import Evidence

SERIALIZED, PARALLEL = "kubelet.serializeImagePulls", "kubelet.maxParallelImagePulls"
TOLD = re.compile(r"Successfully pulled image .* in ([\d.]+)s \(([\d.]+)s including waiting\)")

WAITING = Threshold("pull with its waits", 2, "x the pull", "as long again as the pull itself is spent in the queue")
LONG = Threshold("mean pull with its waits", 20, "s", "a third of what a pod may take before it is late")
AT_A_TIME = Threshold("pulls at a time", 5, "pulls", "a disk and a network are used well by a few streams")


def _observe(evidence: Evidence) -> Sighting | None:
    pulled = evidence.events.told("Pulled", matching="including waiting")
    found = [match.groups() for message in pulled.messages if (match := TOLD.search(message))]
    if not found or any(evidence.gauges.setting(SERIALIZED, node) == 0 for node in evidence.pods.by_node):
        return None
    pull = sum(float(alone) for alone, _ in found) / len(found)
    waited = sum(float(whole) for _, whole in found) / len(found)
    if waited < LONG.value or waited < WAITING.value * pull:
        return None
    return Sighting(
        cause=f"Images were there {waited:.0f} s after they were wanted, though a pull takes {pull:.0f} s: nodes pull one at a time.",
        confidence=0.9,
        evidence=(
            Fact("mean pull", pull, "s", "events Pulled"),
            Fact("mean pull with its waits", waited, "s", "events Pulled, kubelet_image_pull_duration_seconds"),
            Fact("pulls", len(found), "pulls", "events Pulled"),
        ),
        effect=Effect(pulled.distinct_objects, waited - pull),
    )


FINDING = Finding(
    code="PLM502",
    name="image-pulls-serialised",
    claim="Nodes pull one image at a time, so that pods wait for images of others.",
    asks=("events Pulled with their times", f"config.{SERIALIZED}"),
    thresholds=(WAITING, LONG, AT_A_TIME),
    severity="warning",
    remedies=everywhere(
        Remedy(
            "Set serializeImagePulls to false and limit the pulls at a time, or have images on the nodes before.",
            {SERIALIZED: False, PARALLEL: int(AT_A_TIME.value)},
        )
    ),
    not_when="One stream fills the node's network or disk already: several at a time then take as long together.",
    measure_if_unsure="kubectl get events: 'in 3s (40s including waiting)', since 1.28; crictl images before and after.",
    sources=(
        "https://kubernetes.io/docs/concepts/containers/images/#serial-and-parallel-image-pulls",
        "https://github.com/kubernetes/kubernetes/blob/master/pkg/kubelet/images/puller.go",
    ),
    observe=_observe,
    background=(
        "By default the kubelet hands one image at a time to the runtime, in the order in which they were wanted: k images "
        "take k times as long for the last, whatever the registry could do. Pods whose images are present overtake."
    ),
)
