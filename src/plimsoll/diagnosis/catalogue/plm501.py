"""The container runtime of some nodes does not answer."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from plimsoll.diagnosis.finding import Effect, Fact, Finding, Remedy, Sighting, Threshold, everywhere

if TYPE_CHECKING:
    from plimsoll.diagnosis.evidence import Evidence

LAST_SEEN = "kubelet.plegLastSeenSeconds"
SKIPPED = r"PLEG is not healthy|container runtime is (down|not responding)"
TIMED_OUT = r"(?i)(sandbox|error syncing pod).*(deadline ?exceeded|operation timeout)"

OVERDUE = Threshold("age of the last relist", 180, "s", "the kubelet's own threshold for a healthy PLEG")
STUCK = Threshold(
    "pods stuck on the node", 1, "pods", "where only time-outs tell: one pod that is late, and none that started"
)


@dataclass(frozen=True, slots=True)
class _Hung:
    """A node whose runtime does not answer."""

    node: str
    since_seconds: float
    """The first sign of it."""
    late: int
    overdue: bool
    """The kubelet itself says that its relists are overdue."""


def _observe(evidence: Evidence) -> Sighting | None:
    hung = _hung(evidence)
    if not hung:
        return None
    nodes = frozenset(one.node for one in hung)
    late = sum(one.late for one in hung)
    overdue = sum(one.overdue for one in hung)
    not_ready = evidence.events.told("NodeNotReady")
    return Sighting(
        cause=(
            f"The container runtimes of {len(hung)} nodes, {min(nodes)} among them, do not answer: {late} pods are stuck "
            f"there, while pods start elsewhere."
        ),
        confidence=0.95 if overdue else 0.7,
        evidence=(
            Fact(
                "nodes whose relists are overdue",
                overdue,
                "nodes",
                "journalctl -u kubelet, kubelet_pleg_last_seen_seconds",
            ),
            Fact("pods that are late on these nodes", late, "pods", "watch of pods"),
            Fact("pods late to start on all others", _late_elsewhere(evidence, nodes), "pods", "watch of pods"),
            Fact("events about nodes that are not ready", not_ready.count, "events", "kubectl get events"),
        ),
        effect=Effect(late, evidence.pods.start_delay_seconds(nodes)),
    )


def _hung(evidence: Evidence) -> list[_Hung]:
    overdue = _first((line.instance, line.seconds) for line in evidence.logs.matching(SKIPPED, "kubelet"))
    for node, steps in evidence.gauges.by_instance(LAST_SEEN).items():
        if (late := steps.values > OVERDUE.value).any():
            overdue.setdefault(node, float(steps.seconds[late][0]))
    signs = _first(_timed_out(evidence)) | overdue
    found = (_Hung(node, since, _late_on(evidence, node), node in overdue) for node, since in signs.items())
    return [one for one in found if one.overdue or (one.late >= STUCK.value and not _starts_after(evidence, one))]


def _timed_out(evidence: Evidence) -> Iterable[tuple[str, float]]:
    """Nodes and moments at which a kubelet told that the runtime did not answer about a pod."""
    told = evidence.events.told("FailedSync", "FailedCreatePodSandBox", "FailedKillPod", matching=TIMED_OUT)
    pods = evidence.pods
    node_of = dict(zip(zip(pods.namespaces, pods.names, strict=True), pods.nodes, strict=True))
    named = ((node_of.get(about, ""), float(at)) for about, at in zip(told.objects, told.seconds, strict=True))
    return ((node, at) for node, at in named if node)


def _first(moments: Iterable[tuple[str, float]]) -> dict[str, float]:
    """The first moment of each node."""
    first: dict[str, float] = {}
    for node, at in moments:
        first[node] = min(at, first.get(node, at))
    return first


def _late_on(evidence: Evidence, node: str) -> int:
    pods = evidence.pods.by_node.get(node)
    return pods.late if pods else 0


def _late_elsewhere(evidence: Evidence, nodes: frozenset[str]) -> int:
    return sum(pods.late for node, pods in evidence.pods.by_node.items() if node not in nodes)


def _starts_after(evidence: Evidence, hung: _Hung) -> bool:
    """Whether a pod came to run on the node after the first sign, which a runtime that hangs would not allow."""
    here = np.array(evidence.pods.nodes, dtype=object) == hung.node
    return bool((evidence.pods.running[here] > hung.since_seconds).any())


FINDING = Finding(
    code="PLM501",
    name="runtime-hung",
    claim="The container runtime of some nodes does not answer, so that pods there neither start nor stop.",
    asks=(LAST_SEEN, "log lines of kubelets about the PLEG", "events about time-outs and NodeNotReady", "pods by node"),
    thresholds=(OVERDUE, STUCK),
    severity="error",
    remedies=everywhere(
        Remedy(
            "Restart the container runtime of these nodes (systemctl restart docker, containerd or crio); take a dump of its "
            "goroutines or threads before. No setting prevents it: watch kubelet_pleg_last_seen_seconds and restart by that."
        )
    ),
    not_when=(
        "All nodes are slow at once: then look for a registry, a disk or an API server that they share. A node with hundreds "
        "of pods can need minutes for a relist while its disk is full of work."
    ),
    measure_if_unsure=(
        "crictl ps or docker ps on such a node, which hangs, too; kubelet_pleg_last_seen_seconds and "
        "kubelet_pleg_relist_duration_seconds; journalctl -u kubelet for 'PLEG is not healthy'."
    ),
    sources=(
        "https://github.com/kubernetes/kubernetes/blob/master/pkg/kubelet/pleg/generic.go",
        "https://github.com/kubernetes/kubernetes/pull/37865",
        "https://github.com/kubernetes/kubernetes/pull/97362",
        "OpenStack on Kubernetes with close to 1000 nodes (Mirantis, 2017)",
    ),
    observe=_observe,
    background=(
        "Each second the kubelet lists what its runtime runs. When that has not come to an end for three minutes the kubelet "
        "does nothing about any pod any more, and since 1.6 says that its node is not Ready; containers go on. Up to 1.5 "
        "the node stays Ready, so that the scheduler sends more pods there: they are ContainerCreating for ever."
    ),
)
