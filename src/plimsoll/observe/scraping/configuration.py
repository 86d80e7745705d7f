"""The settings that a real cluster shows, as the samples with which a simulated one begins.

Kubelets tell their configuration themselves (``/configz``); the control plane's is on the command lines of its static
pods, where what is not said is the default (kube-apiserver, kube-controller-manager and kube-scheduler reference).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from ipaddress import ip_network
from typing import TYPE_CHECKING, Any

from plimsoll.kube.durations import parse_duration
from plimsoll.telemetry.series import STRATEGIES

if TYPE_CHECKING:
    from plimsoll.kube.resources import Object

NUMBERS = ("maxPods", "kubeAPIQPS", "kubeAPIBurst", "eventRecordQPS", "eventBurst")
STRATEGY = "configMapAndSecretChangeDetectionStrategy"
PLUGIN_ADDRESSES = 3
"""Of a node's subnet: the network's name, broadcast, and the gateway that the host-local plugin takes."""

Flag = tuple[str, str, float]
"""A flag, the series that it is, and its default."""

FLAGS: Mapping[str, tuple[Flag, ...]] = {
    "kube-apiserver": (
        ("max-requests-inflight", "config.apiserver.maxReadsInFlight", 400),
        ("max-mutating-requests-inflight", "config.apiserver.maxMutatingInFlight", 200),
    ),
    "kube-scheduler": (
        ("kube-api-qps", "config.scheduler.qps", 50),
        ("kube-api-burst", "config.scheduler.burst", 100),
    ),
    "kube-controller-manager": (
        ("kube-api-qps", "config.controllers.qps", 20),
        ("kube-api-burst", "config.controllers.burst", 30),
        ("concurrent-deployment-syncs", "config.controllers.deploymentWorkers", 5),
        ("concurrent-replicaset-syncs", "config.controllers.replicasetWorkers", 5),
        ("concurrent-namespace-syncs", "config.controllers.namespaceWorkers", 10),
        ("v", "config.controllers.verbosity", 0),
        ("node-cidr-mask-size", "config.network.hostPrefix", 24),
    ),
}
"""By the label ``component`` that kubeadm gives its static pods."""

EACH_SERVER_HAS_ITS_OWN = frozenset({"config.apiserver.maxReadsInFlight", "config.apiserver.maxMutatingInFlight"})


def kubelet_settings(configz: Mapping[str, Any]) -> Iterator[tuple[str, float]]:
    """Series and value of each setting in a kubelet's ``/configz``; what has an unexpected form is left out."""
    configuration = configz.get("kubeletconfig") or {}
    for name in NUMBERS:
        if isinstance(configuration.get(name), int | float):
            yield f"config.kubelet.{name}", float(configuration[name])
    if configuration.get(STRATEGY) in STRATEGIES:
        yield f"config.kubelet.{STRATEGY}", float(STRATEGIES.index(configuration[STRATEGY]))
    if "serializeImagePulls" in configuration:
        yield "config.kubelet.serializeImagePulls", float(bool(configuration["serializeImagePulls"]))
    with suppress(KeyError, ValueError):
        yield "config.kubelet.syncFrequencySeconds", parse_duration(configuration["syncFrequency"])
    verbosity = (configuration.get("logging") or {}).get("verbosity")
    if isinstance(verbosity, int):
        yield "config.kubelet.verbosity", float(verbosity)


def node_settings(node: Object) -> Iterator[tuple[str, float]]:
    """Series and value of what a node itself says of its limits."""
    with suppress(KeyError, ValueError):
        yield "node.maxPods", float(node["status"]["allocatable"]["pods"])
    with suppress(KeyError, ValueError):
        yield "node.podAddresses", float(ip_network(node["spec"]["podCIDR"]).num_addresses - PLUGIN_ADDRESSES)


def control_plane_settings(pods: Iterable[Object]) -> dict[str, float]:
    """Value by series of what the static pods' command lines say; servers that share the load add up."""
    values: dict[str, float] = {}
    for pod in pods:
        component = (pod["metadata"].get("labels") or {}).get("component", "")
        given = _flags(pod)
        for flag, series, default in FLAGS.get(component, ()):
            value = _number(given.get(flag), default)
            values[series] = values.get(series, 0.0) + value if series in EACH_SERVER_HAS_ITS_OWN else value
    return values


def alike(settings: Mapping[str, Iterable[tuple[str, float]]]) -> Iterator[tuple[str, str, float]]:
    """Series, instance and value of settings by node: one row without an instance where all nodes have the same."""
    by_series: dict[str, dict[str, float]] = defaultdict(dict)
    for node, pairs in settings.items():
        for series, value in pairs:
            by_series[series][node] = value
    for series, values in by_series.items():
        if len(values) == len(settings) and len(set(values.values())) == 1:
            yield series, "", next(iter(values.values()))
        else:
            yield from ((series, node, value) for node, value in values.items())


def _flags(pod: Object) -> dict[str, str]:
    words = [
        word
        for container in pod["spec"]["containers"][:1]
        for word in (*(container.get("command") or ()), *(container.get("args") or ()))
    ]
    return dict(word.lstrip("-").split("=", 1) for word in words if word.startswith("-") and "=" in word)


def _number(text: str | None, default: float) -> float:
    try:
        return default if text is None else float(text)
    except ValueError:
        return default
