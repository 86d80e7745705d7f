"""The endpoints controller: one ``Endpoints`` object for each service with a selector (pkg/controller/endpoint)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plimsoll.errors import ApiError
from plimsoll.kube.resources import ENDPOINTS, SERVICES
from plimsoll.simcluster.api import NamespaceTerminatingError, is_ready
from plimsoll.simcluster.controllers.reconciling import Steps
from plimsoll.simcluster.controllers.servicepods import (
    HEADLESS_LABEL,
    ServicePods,
    address_of,
    families_of,
    hostname_of,
    is_headless,
    may_be_endpoint,
    port_number,
    takes_endpoints,
    target_reference,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from plimsoll.kube.resources import Object
    from plimsoll.simcluster.controllers.context import ControllerContext
    from plimsoll.simcluster.workqueue import Key

MANAGED_BY = "endpoints.kubernetes.io/managed-by"
MANAGER = "endpoint-controller"
TRIGGER_TIME = "endpoints.kubernetes.io/last-change-trigger-time"
OVER_CAPACITY = "endpoints.kubernetes.io/over-capacity"
MOST_ADDRESSES = 1000
WORKERS = 5
"""kube-controller-manager, --concurrent-endpoint-syncs."""

_Ports = tuple[tuple[str, int, str, str], ...]


class EndpointsController:
    """Lists every service's pods by address, ready or not."""

    def __init__(self, context: ControllerContext) -> None:
        self._services = context.api.store.collection(SERVICES)
        self._endpoints = context.api.store.collection(ENDPOINTS)
        self._reconciler = context.reconciler(MANAGER, self._story, workers=WORKERS)
        self.queue = self._reconciler.queue
        self._pods = ServicePods(context.environment.kernel, context.api.store, self.queue.add)

    def _story(self, key: Key) -> Steps:
        service = self._services.find(*key)
        present = self._endpoints.find(*key)
        verbs = self._reconciler.verbs
        if service is None:
            if present is not None and present["metadata"].get("labels", {}).get(MANAGED_BY) == MANAGER:
                yield from self._drop(present)
            return
        if not takes_endpoints(service):
            return
        subsets = subsets_of(service, self._pods.of(service))
        labels = {**(service["metadata"].get("labels") or {}), MANAGED_BY: MANAGER}
        if is_headless(service):
            labels[HEADLESS_LABEL] = ""
        before: Object = present["metadata"] if present is not None else {"name": key[1]}
        if present is not None and (present.get("subsets") or []) == subsets and before.get("labels") == labels:
            return
        annotations = {**(before.get("annotations") or {}), TRIGGER_TIME: self._reconciler.api.timestamp()}
        metadata = {**before, "labels": labels, "annotations": annotations}
        body = {"metadata": metadata, **({"subsets": subsets} if subsets else {})}
        if present is not None:
            yield verbs.update(ENDPOINTS, {"apiVersion": "v1", "kind": "Endpoints", **body})
            return
        try:
            yield verbs.create(ENDPOINTS, key[0], body)
        except NamespaceTerminatingError:
            return

    def _drop(self, present: Object) -> Steps:
        try:
            yield self._reconciler.verbs.delete(ENDPOINTS, present)
        except ApiError as error:
            if error.reason != "NotFound":
                raise


def subsets_of(service: Object, pods: Iterable[Object]) -> list[Object]:
    """The addresses of the pods, those with the same ports together, sorted."""
    groups: dict[_Ports, tuple[list[Object], list[Object]]] = {}
    anyway = bool(service["spec"].get("publishNotReadyAddresses"))
    for pod in pods:
        address = address_of(pod, families_of(service)[0])
        if address is None or not may_be_endpoint(pod, terminating=anyway):
            continue
        ports = _ports(service, pod)
        if not ports and (service["spec"].get("ports") or not is_headless(service)):
            continue
        ready, unready = groups.setdefault(ports, ([], []))
        (ready if anyway or is_ready(pod) else unready).append(_address(service, pod, address))
    return [_subset(ports, *groups[ports]) for ports in sorted(groups)]


def _ports(service: Object, pod: Object) -> _Ports:
    found = []
    for port in service["spec"].get("ports") or ():
        number = port_number(pod, port)
        if number is not None:
            name, protocol = port.get("name", ""), port.get("protocol", "TCP")
            found.append((name, number, protocol, port.get("appProtocol", "")))
    return tuple(sorted(found))


def _address(service: Object, pod: Object, address: str) -> Object:
    hostname = hostname_of(pod, service)
    return {
        "ip": address,
        **({"hostname": hostname} if hostname else {}),
        **({"nodeName": pod["spec"]["nodeName"]} if pod["spec"].get("nodeName") else {}),
        "targetRef": target_reference(pod),
    }


def _subset(ports: _Ports, ready: list[Object], unready: list[Object]) -> Object:
    written = [
        {
            **({"name": name} if name else {}),
            "port": number,
            "protocol": protocol,
            **({"appProtocol": application} if application else {}),
        }
        for name, number, protocol, application in ports
    ]
    kept = sorted(ready, key=lambda one: str(one["ip"]))[:MOST_ADDRESSES]
    rest = sorted(unready, key=lambda one: str(one["ip"]))[: MOST_ADDRESSES - len(kept)]
    return {
        **({"addresses": kept} if kept else {}),
        **({"notReadyAddresses": rest} if rest else {}),
        **({"ports": written} if written else {}),
    }
