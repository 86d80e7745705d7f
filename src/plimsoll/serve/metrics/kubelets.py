"""What a kubelet counts of its own work, and how it is configured."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from plimsoll.serve.metrics.exposition import Family, Sample, summary

if TYPE_CHECKING:
    from plimsoll.simcluster.kubelet.kubelet import Kubelet
    from plimsoll.simcluster.profile import Profile
    from plimsoll.simcluster.settings import KubeletSettings

METHODS = {"LIST": "GET", "WATCH": "GET"}
"""The HTTP methods of verbs that have none of their own name."""

SHOWN = (
    "maxPods",
    "kubeAPIQPS",
    "kubeAPIBurst",
    "eventRecordQPS",
    "eventBurst",
    "configMapAndSecretChangeDetectionStrategy",
    "serializeImagePulls",
)
"""Settings that KubeletConfiguration has under the same name."""


def kubelet_families(kubelet: Kubelet, profile: Profile) -> Iterator[Family]:
    """The metrics of a kubelet's main client and status manager, as far as its version has them."""
    made, limited = Counter[str](), Counter[str]()
    waited_seconds: dict[str, float] = defaultdict(float)
    for kind in kubelet.client.kinds:
        method = METHODS.get(kind.verb, kind.verb)
        made[method] += kind.sent
        if kind.limited:
            limited[method] += kind.sent
            waited_seconds[method] += kind.waited_seconds
    made["GET"] += int(profile.kubelet.base_requests_per_second * kubelet.kernel.now)
    requests = [Sample(count, {"code": "200", "method": method}) for method, count in made.items()]
    yield Family("rest_client_requests_total", "counter", "Requests of the kubelet's main client.", requests)
    if profile.logging.throttle_metric:
        name = "rest_client_rate_limiter_duration_seconds"
        waits = [
            sample
            for method, count in limited.items()
            for sample in summary(count, waited_seconds[method], {"verb": method})
        ]
        yield Family(name, "histogram", "Waits at the limiter of the kubelet's main client.", waits)
    if profile.logging.status_sync_metric:
        synced = summary(*kubelet.status_syncs(), {})
        yield Family("kubelet_pod_status_sync_duration_seconds", "histogram", "From change to API.", synced)


def kubelet_configuration(settings: KubeletSettings) -> dict[str, Any]:
    """A KubeletConfiguration with what the simulation has of it."""
    values = settings.model_dump(mode="json", by_alias=True)
    return {
        "kind": "KubeletConfiguration",
        "apiVersion": "kubelet.config.k8s.io/v1beta1",
        **{name: values[name] for name in SHOWN},
        "syncFrequency": f"{settings.sync_frequency_seconds:g}s",
        "logging": {"verbosity": settings.verbosity},
    }
