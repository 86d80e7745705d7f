"""The pods behind services: which they are, which of their ports a service leads to, and when that changes.

From k8s.io/endpointslice (utils.go) and pkg/controller/endpoint: what both endpoint controllers agree on.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from plimsoll.kube.resources import PODS, SERVICES
from plimsoll.simcluster.api import FINISHED_PHASES, is_ready
from plimsoll.simcluster.controllers.reconciling import follow, key_of

if TYPE_CHECKING:
    from plimsoll.kernel import Kernel
    from plimsoll.kube.resources import Object
    from plimsoll.simcluster.store import Store, StoredChange
    from plimsoll.simcluster.workqueue import Key

HEADLESS_LABEL = "service.kubernetes.io/headless"
LARGE_SERVICE_PODS = 500
BATCH_SECONDS = 0.5
"""Changes of the pods of a large service are gathered for so long (kube-controller-manager, the batch period of its
endpoint controllers, which is off by default)."""


class ServicePods:
    """Tells a controller which services to sync."""

    def __init__(self, kernel: Kernel, store: Store, enqueue: Callable[[Key], None]) -> None:
        self._kernel = kernel
        self._services = store.collection(SERVICES)
        self._pods = store.collection(PODS)
        self._enqueue = enqueue
        self._gathering: set[Key] = set()
        self._sizes: dict[Key, int] = {}
        follow(self._services, self._observe_service)
        follow(self._pods, self._observe_pod)

    def of(self, service: Object) -> list[Object]:
        """The pods that a service selects."""
        namespace = service["metadata"]["namespace"]
        wanted = service["spec"]["selector"].items()
        pods = [
            pod for pod in self._pods.in_namespace(namespace) if wanted <= (pod["metadata"].get("labels") or {}).items()
        ]
        self._sizes[key_of(service)] = len(pods)
        return pods

    def _observe_service(self, change: StoredChange) -> None:
        key = key_of(change.object)
        if change.type == "DELETED":
            self._sizes.pop(key, None)
        self._enqueue(key)

    def _observe_pod(self, change: StoredChange) -> None:
        namespace = change.object["metadata"]["namespace"]
        services = self._services.in_namespace(namespace)
        if not services:
            return
        if change.type == "MODIFIED" and change.old is not None and _aspects(change.old) == _aspects(change.object):
            return
        every_labels = [(value["metadata"].get("labels") or {}).items() for value in _versions(change)]
        for service in services:
            selector = (service["spec"].get("selector") or {}).items()
            if selector and any(selector <= labels for labels in every_labels):
                self._pods_changed(key_of(service))

    def _pods_changed(self, key: Key) -> None:
        if self._sizes.get(key, 0) < LARGE_SERVICE_PODS:
            self._enqueue(key)
        elif key not in self._gathering:
            self._gathering.add(key)
            self._kernel.after(BATCH_SECONDS, self._gathered, key)

    def _gathered(self, key: Key) -> None:
        self._gathering.discard(key)
        self._enqueue(key)


def _versions(change: StoredChange) -> Iterable[Object]:
    return (change.object,) if change.old is None else (change.object, change.old)


def _aspects(pod: Object) -> tuple[Any, ...]:
    """What services look at."""
    status, metadata = pod["status"], pod["metadata"]
    phase = status.get("phase") in FINISHED_PHASES
    return metadata.get("labels"), status.get("podIP"), is_ready(pod), "deletionTimestamp" in metadata, phase


def takes_endpoints(service: Object) -> bool:
    """Whether the endpoints of a service are the controllers' to write."""
    spec = service["spec"]
    return bool(spec.get("selector")) and spec.get("type") != "ExternalName"


def is_headless(service: Object) -> bool:
    """Whether a service has no address of its own."""
    return service["spec"].get("clusterIP", "") in {"", "None"}


def may_be_endpoint(pod: Object, *, terminating: bool) -> bool:
    """Whether a pod has an address that traffic may be sent to; ``terminating`` pods where they count."""
    if pod["status"].get("phase") in FINISHED_PHASES or not addresses_of(pod):
        return False
    return terminating or "deletionTimestamp" not in pod["metadata"]


def addresses_of(pod: Object) -> list[str]:
    """A pod's addresses, of every family."""
    listed = [one["ip"] for one in pod["status"].get("podIPs") or () if one.get("ip")]
    return listed or [ip for ip in (pod["status"].get("podIP"),) if ip]


def address_of(pod: Object, address_type: str) -> str | None:
    """A pod's address of one family, ``IPv4`` or ``IPv6``."""
    wants_colon = address_type == "IPv6"
    return next((address for address in addresses_of(pod) if (":" in address) is wants_colon), None)


def families_of(service: Object) -> list[str]:
    """The address families that a service's endpoints are kept for."""
    return list(service["spec"].get("ipFamilies") or ("IPv4",))


def port_number(pod: Object, service_port: Object) -> int | None:
    """The port of a pod that a service's port leads to; None where the pod has none of that name."""
    target = service_port.get("targetPort") or service_port["port"]
    if isinstance(target, int):
        return target
    protocol = service_port.get("protocol", "TCP")
    for container in pod["spec"]["containers"]:
        for port in container.get("ports") or ():
            if port.get("name") == target and port.get("protocol", "TCP") == protocol:
                return int(port["containerPort"])
    return None


def target_reference(pod: Object) -> Object:
    """How an endpoint refers to its pod."""
    metadata = pod["metadata"]
    return {"kind": "Pod", "namespace": metadata["namespace"], "name": metadata["name"], "uid": metadata["uid"]}


def hostname_of(pod: Object, service: Object) -> str | None:
    """The name under which a headless service publishes a pod of its subdomain."""
    spec, metadata = pod["spec"], service["metadata"]
    fits = spec.get("subdomain") == metadata["name"] and pod["metadata"]["namespace"] == metadata["namespace"]
    return spec.get("hostname") if fits and spec.get("hostname") else None
