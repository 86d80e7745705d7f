"""Which settings people can read off a running cluster: the kubelets' configz, the command lines of the control plane."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from plimsoll.simcluster.settings import setting_name
from plimsoll.telemetry.series import STRATEGIES

if TYPE_CHECKING:
    from plimsoll.simcluster.profile import Profile

SHOWN: dict[str, tuple[str, ...]] = {
    "kubelet": (
        "max_pods",
        "kube_api_qps",
        "kube_api_burst",
        "event_qps",
        "event_burst",
        "config_map_and_secret_change_detection_strategy",
        "serialize_image_pulls",
        "sync_frequency_seconds",
        "verbosity",
    ),
    "apiserver": ("cores", "max_reads_in_flight", "max_mutating_in_flight"),
    "scheduler": ("qps", "burst"),
    "controllers": ("qps", "burst", "deployment_workers", "replicaset_workers", "namespace_workers", "verbosity"),
    "network": ("host_prefix",),
}
"""The fields of a profile's settings, by component."""


def shown_configuration(profile: Profile) -> Iterator[tuple[str, float]]:
    """Series and value of each setting that a cluster of this profile shows."""
    for component, fields in SHOWN.items():
        settings = getattr(profile, component)
        for field in fields:
            yield f"config.{component}.{setting_name(field)}", _number(getattr(settings, field))


def _number(value: Any) -> float:
    return float(STRATEGIES.index(value)) if isinstance(value, str) else float(value)
