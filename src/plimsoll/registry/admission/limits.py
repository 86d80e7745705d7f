"""LimitRanger: what containers ask for where they say nothing, and what they may (plugin/pkg/admission/limitranger)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from plimsoll.apimachinery.quota.amounts import Amounts, exact
from plimsoll.apimachinery.quota.podusage import pod_amounts
from plimsoll.kube.resources import PERSISTENTVOLUMECLAIMS, PODS, Object
from plimsoll.registry.refusals import forbidden

if TYPE_CHECKING:
    from plimsoll.registry.attributes import Attributes
    from plimsoll.simcluster.store import Collection

ANNOTATION = "kubernetes.io/limit-ranger"


class LimitRanger:
    """Applies the limit ranges of a namespace."""

    def __init__(self, ranges: Collection) -> None:
        self._ranges = ranges

    def admit(self, attributes: Attributes) -> None:
        """Fill in what a new pod's containers leave out."""
        if attributes.operation != "CREATE" or not attributes.concerns(PODS):
            return
        for found in self._ranges.in_namespace(attributes.namespace):
            _fill(attributes.object, found)

    def validate(self, attributes: Attributes) -> None:
        """403 for a pod or claim outside of the limits."""
        is_pod = attributes.concerns(PODS) and attributes.operation == "CREATE"
        is_claim = attributes.concerns(PERSISTENTVOLUMECLAIMS) and attributes.operation in {"CREATE", "UPDATE"}
        if not (is_pod or is_claim):
            return
        if attributes.old is not None and "deletionTimestamp" in attributes.old["metadata"]:
            return
        for found in self._ranges.in_namespace(attributes.namespace):
            faults = list(dict.fromkeys((_pod_faults if is_pod else _claim_faults)(attributes.object, found)))
            if faults:
                text = faults[0] if len(faults) == 1 else f"[{', '.join(faults)}]"
                raise forbidden(attributes.resource, attributes.object["metadata"].get("name", ""), text)


def _limits(found: Object, kind: str) -> Iterator[Object]:
    return (limit for limit in found["spec"].get("limits") or () if limit.get("type") == kind)


def _fill(pod: Object, found: Object) -> None:
    requests: dict[str, str] = {}
    limits: dict[str, str] = {}
    for limit in _limits(found, "Container"):
        requests |= limit.get("defaultRequest") or {}
        limits |= limit.get("default") or {}
    notes: list[str] = []
    for field, word in (("containers", "container"), ("initContainers", "init container")):
        for container in pod["spec"].get(field) or ():
            notes += _fill_container(container, word, requests, limits)
    if notes:
        annotations = pod["metadata"].get("annotations") or {}
        pod["metadata"]["annotations"] = {**annotations, ANNOTATION: "LimitRanger plugin set: " + "; ".join(notes)}


def _fill_container(container: Object, word: str, requests: Amounts, limits: Amounts) -> Iterator[str]:
    resources = dict(container.get("resources") or {})
    for side, single, defaults in (("requests", "request", requests), ("limits", "limit", limits)):
        present = resources.get(side) or {}
        missing = sorted(set(defaults) - set(present))
        if missing:
            resources[side] = {**present, **{name: defaults[name] for name in missing}}
            yield f"{', '.join(missing)} {single} for {word} {container['name']}"
    container["resources"] = resources


def _pod_faults(pod: Object, found: Object) -> Iterator[str]:
    spec = pod["spec"]
    for limit in found["spec"].get("limits") or ():
        if limit.get("type") == "Container":
            for container in (*(spec.get("containers") or ()), *(spec.get("initContainers") or ())):
                resources = container.get("resources") or {}
                yield from _faults(limit, resources.get("requests") or {}, resources.get("limits") or {})
        elif limit.get("type") == "Pod":
            yield from _faults(limit, pod_amounts(spec, "requests"), pod_amounts(spec, "limits"))


def _claim_faults(claim: Object, found: Object) -> Iterator[str]:
    requests = (claim["spec"].get("resources") or {}).get("requests") or {}
    for limit in _limits(found, "PersistentVolumeClaim"):
        kind = "PersistentVolumeClaim"
        for name, least in (limit.get("min") or {}).items():
            yield from _below(kind, name, least, requests, {})
        for name, most in (limit.get("max") or {}).items():
            request = requests.get(name)
            if request is None:
                yield f"maximum {name} usage per {kind} is {most}.  No request is specified"
            elif exact(request) > exact(most):
                yield f"maximum {name} usage per {kind} is {most}, but request is {request}"


def _faults(limit: Mapping[str, Amounts], requests: Amounts, limits: Amounts) -> Iterator[str]:
    kind = str(limit["type"])
    for name, least in (limit.get("min") or {}).items():
        yield from _below(kind, name, least, requests, limits)
    for name, most in (limit.get("max") or {}).items():
        yield from _above(kind, name, most, requests, limits)
    for name, ratio in (limit.get("maxLimitRequestRatio") or {}).items():
        yield from _too_far_apart(kind, name, ratio, requests, limits)


def _below(kind: str, name: str, least: str, requests: Amounts, limits: Amounts) -> Iterator[str]:
    rule = f"minimum {name} usage per {kind} is {least}"
    if name not in requests:
        yield f"{rule}.  No request is specified"
    elif exact(requests[name]) < exact(least):
        yield f"{rule}, but request is {requests[name]}"
    elif name in limits and exact(limits[name]) < exact(least):
        yield f"{rule}, but limit is {limits[name]}"


def _above(kind: str, name: str, most: str, requests: Amounts, limits: Amounts) -> Iterator[str]:
    rule = f"maximum {name} usage per {kind} is {most}"
    if name not in limits:
        yield f"{rule}.  No limit is specified"
    elif exact(limits[name]) > exact(most):
        yield f"{rule}, but limit is {limits[name]}"
    elif name in requests and exact(requests[name]) > exact(most):
        yield f"{rule}, but request is {requests[name]}"


def _too_far_apart(kind: str, name: str, ratio: str, requests: Amounts, limits: Amounts) -> Iterator[str]:
    rule = f"{name} max limit to request ratio per {kind} is {ratio}"
    if not exact(requests.get(name, "0")):
        yield f"{rule}, but no request is specified or request is 0"
    elif not exact(limits.get(name, "0")):
        yield f"{rule}, but no limit is specified or limit is 0"
    else:
        observed = exact(limits[name]) / exact(requests[name])
        if observed > exact(ratio):
            yield f"{rule}, but provided ratio is {float(observed):f}"
