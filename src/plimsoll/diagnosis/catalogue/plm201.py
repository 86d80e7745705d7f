"""A node has no address left for another pod."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plimsoll.diagnosis.evidence.pods import LATE_SECONDS
from plimsoll.diagnosis.finding import Finding, Remedy, Sighting, Threshold, everywhere
from plimsoll.diagnosis.reported import about_pods

if TYPE_CHECKING:
    from plimsoll.diagnosis.evidence import Evidence

LATE = Threshold("time for one stage", LATE_SECONDS, "s", "an address that comes free in time makes nobody wait longer")
REASONS = ("FailedCreatePodSandBox",)
MESSAGE = r"(?i)no (more )?(free |available )?(IP )?addresses|no IPs? available|failed to allocate (for range|.*IP)"


def _observe(evidence: Evidence) -> Sighting | None:
    told = evidence.events.told(*REASONS, matching=MESSAGE)
    return about_pods(
        evidence, told, lambda pods: f"{pods} pods are stuck or late because their node has no pod address left.", 0.98
    )


def _shorter_prefix(evidence: Evidence) -> int | None:
    """The prefix whose subnet has room for what maxPods lets in."""
    most = max(evidence.gauges.highest("node.maxPods").values(), default=0.0)
    prefix = evidence.gauges.setting("network.hostPrefix")
    if prefix is None or not most:
        return None
    taken = 3  # the network's own address, broadcast, and the gateway; OVN-Kubernetes takes one more
    while prefix > 1 and 2 ** (32 - prefix) - taken - 1 < most:
        prefix -= 1
    return int(prefix)


FINDING = Finding(
    code="PLM201",
    name="pod-addresses-exhausted",
    claim="A node's pod subnet is used up, so that its pods stay in ContainerCreating while the scheduler sends more.",
    asks=(f"events {', '.join(REASONS)}", "pods that are late or failed"),
    thresholds=(LATE,),
    severity="error",
    remedies=everywhere(
        Remedy(
            "Give nodes a larger subnet (a shorter prefix) when the cluster is installed, or fewer pods.",
            {"network.hostPrefix": _shorter_prefix},
        )
    ),
    not_when="The events stop by themselves within a minute: addresses of deleted pods were on their way back.",
    measure_if_unsure="Pods of the node against the size of its spec.podCIDR; files under /var/lib/cni/networks on the node.",
    sources=(
        "https://github.com/containernetworking/plugins/tree/main/plugins/ipam/host-local",
        "https://www.redhat.com/en/blog/500_pods_per_node",
    ),
    observe=_observe,
    background="The scheduler counts pods against maxPods and knows nothing of addresses. The network's plug-in fails, the kubelet tries again every 10 to 15 s, and the pod waits for one that leaves.",
)
