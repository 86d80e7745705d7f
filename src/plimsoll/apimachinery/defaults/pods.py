"""What a pod gets beyond what its specification would get in a template (``SetDefaults_Pod``)."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from plimsoll.apimachinery.defaults.podspec import default_pod_spec
from plimsoll.kube.resources import Object

_POD_LEVEL_PREFIX = "hugepages-"
_POD_LEVEL = {"cpu", "memory"}


def default_pod(pod: Object) -> None:
    """Fill in a pod; requests that are missing become the limits, which templates keep apart."""
    spec = pod.setdefault("spec", {})
    for kind in ("containers", "initContainers"):
        for container in spec.get(kind) or ():
            limits = (container.get("resources") or {}).get("limits")
            if limits:
                resources = container["resources"]
                resources["requests"] = {**limits, **(resources.get("requests") or {})}
    _default_pod_requests(spec)
    _agree_on_address(pod.get("status") or {})
    spec.setdefault("enableServiceLinks", True)
    if spec.get("hostNetwork"):
        _publish_ports(spec)
    default_pod_spec(spec)


def _agree_on_address(status: Object) -> None:
    """The older field for one address counts where both are given (pkg/apis/core/v1/conversion.go)."""
    address, addresses = status.get("podIP"), status.get("podIPs") or []
    if address and [entry.get("ip") for entry in addresses[:1]] != [address]:
        status["podIPs"] = [{"ip": address}]
    elif addresses:
        status["podIP"] = addresses[0].get("ip", "")


def _publish_ports(spec: Object) -> None:
    """On the host's network a container's port is the host's."""
    for kind in ("containers", "initContainers"):
        for container in spec.get(kind) or ():
            for port in container.get("ports") or ():
                if not port.get("hostPort") and port.get("containerPort"):
                    port["hostPort"] = port["containerPort"]


def _default_pod_requests(spec: Object) -> None:
    """Requests of the pod as a whole: its limits, where no container asks for the resource."""
    resources = spec.get("resources") or {}
    limits = resources.get("limits")
    if not limits:
        return
    asked = {
        name
        for container in spec.get("containers") or ()
        for name in ((container.get("resources") or {}).get("requests") or {})
    }
    missing = {
        name: amount
        for name, amount in limits.items()
        if name not in asked and (name in _POD_LEVEL or name.startswith(_POD_LEVEL_PREFIX))
    }
    requests = {**missing, **(resources.get("requests") or {})}
    if requests:
        resources["requests"] = requests


def _default_template_object(template: Object) -> None:
    spec = (template.get("template") or {}).get("spec")
    if spec is not None:
        default_pod_spec(spec)


DEFAULTS: Iterable[tuple[str, str, Callable[[Object], None]]] = (
    ("", "pods", default_pod),
    ("", "podtemplates", _default_template_object),
)
