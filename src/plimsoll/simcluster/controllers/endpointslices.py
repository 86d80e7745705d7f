"""The endpoint slice controller: every service's pods in slices of at most 100, one set of slices for each set of ports.

From k8s.io/endpointslice (reconciler.go). A pod stays in its slice as long as it can, so that a change of one pod is a
change of one slice.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from plimsoll.kube.resources import ENDPOINTSLICES, NODES, SERVICES
from plimsoll.simcluster.api import NamespaceTerminatingError, is_ready
from plimsoll.simcluster.controllers.ownership import reference_to
from plimsoll.simcluster.controllers.reconciling import Step, Steps, raise_first
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
    from plimsoll.kube.resources import Object
    from plimsoll.simcluster.controllers.context import ControllerContext
    from plimsoll.simcluster.workqueue import Key

MANAGED_BY = "endpointslice.kubernetes.io/managed-by"
MANAGER = "endpointslice-controller.k8s.io"
SERVICE_NAME = "kubernetes.io/service-name"
TRIGGER_TIME = "endpoints.kubernetes.io/last-change-trigger-time"
ZONE_LABEL = "topology.kubernetes.io/zone"
MOST_ENDPOINTS = 100
"""--max-endpoints-per-slice."""

WORKERS = 5
"""--concurrent-service-endpoint-syncs."""

Ports = tuple[tuple[tuple[str, Any], ...], ...]


class EndpointSliceController:
    """Keeps the slices of every service."""

    def __init__(self, context: ControllerContext) -> None:
        self._services = context.api.store.collection(SERVICES)
        self._nodes = context.api.store.collection(NODES)
        self._index = context.ownership.index(ENDPOINTSLICES)
        self._reconciler = context.reconciler("endpoint-slice-controller", self._story, workers=WORKERS)
        self.queue = self._reconciler.queue
        self._pods = ServicePods(context.environment.kernel, context.api.store, self.queue.add)

    def _story(self, key: Key) -> Steps:
        service = self._services.find(*key)
        if service is None or not takes_endpoints(service) or "deletionTimestamp" in service["metadata"]:
            return
        pods = self._pods.of(service)
        mine = [
            one for one in self._index.owned(service["metadata"]["uid"]) if "deletionTimestamp" not in one["metadata"]
        ]
        for family in families_of(service):
            present = [one for one in mine if one.get("addressType") == family]
            wanted = self._wanted(service, pods, family)
            try:
                raise_first((yield self._changes(service, family, present, wanted)))
            except NamespaceTerminatingError:
                return

    def _wanted(self, service: Object, pods: Iterable[Object], family: str) -> dict[Ports, dict[str, Object]]:
        """The endpoints that there are to be, by their ports and the UID of their pod."""
        wanted: dict[Ports, dict[str, Object]] = {}
        for pod in pods:
            address = address_of(pod, family)
            if address is not None and may_be_endpoint(pod, terminating=True):
                endpoint = self._endpoint(service, pod, address)
                wanted.setdefault(_ports(service, pod), {})[pod["metadata"]["uid"]] = endpoint
        return wanted

    def _endpoint(self, service: Object, pod: Object, address: str) -> Object:
        serving, terminating = is_ready(pod), "deletionTimestamp" in pod["metadata"]
        ready = bool(service["spec"].get("publishNotReadyAddresses")) or (serving and not terminating)
        endpoint: Object = {
            "addresses": [address],
            "conditions": {"ready": ready, "serving": serving, "terminating": terminating},
            "targetRef": target_reference(pod),
        }
        node_name = pod["spec"].get("nodeName")
        if node_name:
            endpoint["nodeName"] = node_name
            node = self._nodes.find("", node_name)
            zone = (node["metadata"].get("labels") or {}).get(ZONE_LABEL) if node is not None else None
            if zone:
                endpoint["zone"] = zone
        hostname = hostname_of(pod, service)
        if hostname:
            endpoint["hostname"] = hostname
        return endpoint

    def _changes(
        self,
        service: Object,
        family: str,
        present: Sequence[Object],
        wanted: Mapping[Ports, Mapping[str, Object]],
    ) -> list[Step]:
        """The requests that turn the slices there are into those there are to be."""
        verbs, labels = self._reconciler.verbs, _labels(service)
        plans = _plan(present, wanted or {(): {}})
        steps = []
        for slice_, ports, endpoints in plans:
            body = {"endpoints": endpoints or None, "ports": [dict(port) for port in ports] or None}
            if slice_ is None:
                steps.append(
                    verbs.create(ENDPOINTSLICES, service["metadata"]["namespace"], self._new(service, family, body))
                )
            elif slice_.get("endpoints") or endpoints or slice_["metadata"].get("labels") != labels:
                before = {"endpoints": slice_.get("endpoints") or None, "ports": slice_.get("ports") or None}
                if before != body or slice_["metadata"].get("labels") != labels:
                    metadata = {**slice_["metadata"], "labels": labels, "annotations": self._trigger(slice_)}
                    steps.append(verbs.update(ENDPOINTSLICES, {**slice_, "metadata": metadata, **body}))
        kept = {slice_["metadata"]["uid"] for slice_, _, _ in plans if slice_ is not None}
        steps += [verbs.delete(ENDPOINTSLICES, one) for one in present if one["metadata"]["uid"] not in kept]
        return steps

    def _new(self, service: Object, family: str, body: Object) -> Object:
        metadata = {
            "generateName": f"{service['metadata']['name']}-",
            "labels": _labels(service),
            "ownerReferences": [reference_to(service)],
            "annotations": self._trigger(None),
        }
        return {"metadata": metadata, "addressType": family, **body}

    def _trigger(self, slice_: Object | None) -> Object:
        before = (slice_["metadata"].get("annotations") or {}) if slice_ is not None else {}
        return {**before, TRIGGER_TIME: self._reconciler.api.timestamp()}


_Plan = list[tuple["Object | None", Ports, "list[Object]"]]


def _plan(present: Sequence[Object], wanted: Mapping[Ports, Mapping[str, Object]]) -> _Plan:
    """Which slice gets which endpoints; slices that get none are not in the plan and go, None stands for a new one."""
    plan: _Plan = []
    spare = list(present)
    for ports, endpoints in wanted.items():
        left = dict(endpoints)
        filled: _Plan = []
        for slice_ in [one for one in spare if _same_ports(one, ports)]:
            stay = _staying(slice_, left)
            if stay:
                spare.remove(slice_)
                filled.append((slice_, ports, stay))
        for _, _, stay in filled:
            while left and len(stay) < MOST_ENDPOINTS:
                stay.append(left.pop(next(iter(left))))
        rest = list(left.values())
        chunks = [rest[start : start + MOST_ENDPOINTS] for start in range(0, len(rest), MOST_ENDPOINTS)]
        for chunk in chunks or ([] if filled else [[]]):
            reused = _take_spare(spare, ports, empty=not chunk)
            filled.append((reused, ports, chunk))
        plan += filled
    return plan


def _staying(slice_: Object, left: dict[str, Object]) -> list[Object]:
    """The endpoints of a slice that are still wanted, as they are to be now."""
    stay = []
    for endpoint in slice_.get("endpoints") or ():
        uid = (endpoint.get("targetRef") or {}).get("uid", "")
        if uid in left:
            stay.append(left.pop(uid))
    return stay


def _take_spare(spare: list[Object], ports: Ports, *, empty: bool) -> Object | None:
    """A slice whose endpoints are all gone, to be used again; an empty one may have any ports."""
    found = next((one for one in spare if empty or _same_ports(one, ports) or not one.get("endpoints")), None)
    if found is not None:
        spare.remove(found)
    return found


def _same_ports(slice_: Object, ports: Ports) -> bool:
    return (slice_.get("ports") or []) == [dict(port) for port in ports]


def _ports(service: Object, pod: Object) -> Ports:
    found = []
    for port in service["spec"].get("ports") or ():
        number = port_number(pod, port)
        if number is not None:
            written = {"name": port.get("name", ""), "protocol": port.get("protocol", "TCP"), "port": number}
            if port.get("appProtocol"):
                written["appProtocol"] = port["appProtocol"]
            found.append(tuple(written.items()))
    return tuple(found)


def _labels(service: Object) -> dict[str, str]:
    labels = {**(service["metadata"].get("labels") or {})}
    if is_headless(service):
        labels[HEADLESS_LABEL] = ""
    return {**labels, SERVICE_NAME: service["metadata"]["name"], MANAGED_BY: MANAGER}
