"""Endpoints that clients write for services without a selector, as slices (pkg/controller/endpointslicemirroring)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from plimsoll.kube.resources import ENDPOINTS, ENDPOINTSLICES, SERVICES, Object
from plimsoll.simcluster.api import NamespaceTerminatingError
from plimsoll.simcluster.controllers.ownership import reference_to
from plimsoll.simcluster.controllers.reconciling import Step, Steps, follow, key_of, raise_first

if TYPE_CHECKING:
    from plimsoll.simcluster.controllers.context import ControllerContext
    from plimsoll.simcluster.store import StoredChange
    from plimsoll.simcluster.workqueue import Key

SERVICE_NAME = "kubernetes.io/service-name"
MANAGED_BY = "endpointslice.kubernetes.io/managed-by"
MANAGER = "endpointslicemirroring-controller.k8s.io"
SKIPPED = "endpointslice.kubernetes.io/skip-mirror"
LEADER = "control-plane.alpha.kubernetes.io/leader"
"""An annotation of endpoints that are a lock."""

MOST_ADDRESSES = 1000
"""Of one subset; --mirroring-max-endpoints-per-subset."""

_OWN_ANNOTATIONS = frozenset(
    {"endpoints.kubernetes.io/last-change-trigger-time", "kubectl.kubernetes.io/last-applied-configuration"}
)
_Ports = tuple[tuple[tuple[str, object], ...], ...]
_Place = tuple[str, _Ports]
"""The address family and the ports of a slice."""


class EndpointSliceMirroring:
    """Keeps one slice for each address family and set of ports."""

    def __init__(self, context: ControllerContext) -> None:
        self._services = context.api.store.collection(SERVICES)
        self._endpoints = context.api.store.collection(ENDPOINTS)
        self._slices = context.api.store.collection(ENDPOINTSLICES)
        self._reconciler = context.reconciler("endpoint-slice-mirroring-controller", self._story)
        self.queue = self._reconciler.queue
        follow(self._endpoints, self._observe)
        follow(self._services, self._observe)

    def _observe(self, change: StoredChange) -> None:
        self.queue.add(key_of(change.object))

    def _story(self, key: Key) -> Steps:
        endpoints, service = self._endpoints.find(*key), self._services.find(*key)
        labels = {SERVICE_NAME: key[1], MANAGED_BY: MANAGER}.items()
        present = [
            one for one in self._slices.in_namespace(key[0]) if labels <= (one["metadata"].get("labels") or {}).items()
        ]
        wanted: dict[_Place, list[Object]] = {}
        is_custom = service is not None and not service["spec"].get("selector")
        if endpoints is not None and is_custom and _may_be_mirrored(endpoints):
            wanted = _wanted(endpoints)
        try:
            raise_first((yield list(self._changes(endpoints, present, wanted))))
        except NamespaceTerminatingError:
            return

    def _changes(
        self, endpoints: Object | None, present: list[Object], wanted: dict[_Place, list[Object]]
    ) -> Iterator[Step]:
        verbs, left = self._reconciler.verbs, dict(wanted)
        for slice_ in present:
            place = (slice_["addressType"], _ports(slice_.get("ports")))
            if endpoints is None or place not in left:
                yield verbs.delete(ENDPOINTSLICES, slice_)
                continue
            metadata = {**slice_["metadata"], **_copied(endpoints)}
            changed = {**slice_, "metadata": metadata, "endpoints": left.pop(place)}
            if changed != slice_:
                yield verbs.update(ENDPOINTSLICES, changed)
        for (family, ports), addresses in left.items():
            if endpoints is not None:
                yield verbs.create(
                    ENDPOINTSLICES, endpoints["metadata"]["namespace"], _slice(endpoints, family, ports, addresses)
                )


def _may_be_mirrored(endpoints: Object) -> bool:
    metadata = endpoints["metadata"]
    skipped = (metadata.get("labels") or {}).get(SKIPPED) == "true"
    return not skipped and LEADER not in (metadata.get("annotations") or {})


def _wanted(endpoints: Object) -> dict[_Place, list[Object]]:
    wanted: dict[_Place, list[Object]] = {}
    for subset in endpoints.get("subsets") or ():
        ports = _ports(subset.get("ports"))
        ready = [(address, True) for address in subset.get("addresses") or ()]
        unready = [(address, False) for address in subset.get("notReadyAddresses") or ()]
        for address, is_ready in [*ready, *unready][:MOST_ADDRESSES]:
            family = "IPv6" if ":" in address["ip"] else "IPv4"
            wanted.setdefault((family, ports), []).append(_endpoint(address, ready=is_ready))
    return wanted


def _endpoint(address: Object, *, ready: bool) -> Object:
    kept: Object = {name: address[name] for name in ("hostname", "nodeName", "targetRef") if name in address}
    return {"addresses": [address["ip"]], "conditions": {"ready": ready}, **kept}


def _ports(ports: list[Object] | None) -> _Ports:
    """Ports as slices have them: with a name and a protocol in any case."""
    return tuple(tuple(sorted({"name": "", "protocol": "TCP", **port}.items())) for port in ports or ())


def _copied(endpoints: Object) -> Object:
    """The labels and annotations that a slice takes over."""
    metadata = endpoints["metadata"]
    labels = {**(metadata.get("labels") or {}), SERVICE_NAME: metadata["name"], MANAGED_BY: MANAGER}
    annotations = {
        key: text for key, text in (metadata.get("annotations") or {}).items() if key not in _OWN_ANNOTATIONS
    }
    return {"labels": labels, **({"annotations": annotations} if annotations else {})}


def _slice(endpoints: Object, family: str, ports: _Ports, addresses: list[Object]) -> Object:
    metadata = {
        "generateName": f"{endpoints['metadata']['name']}-",
        "ownerReferences": [reference_to(endpoints)],
        **_copied(endpoints),
    }
    written = [dict(port) for port in ports]
    return {"metadata": metadata, "addressType": family, "endpoints": addresses, "ports": written or None}
