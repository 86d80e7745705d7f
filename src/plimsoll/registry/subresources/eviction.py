"""pods/eviction: a deletion that a disruption budget may refuse (core/pod/storage/eviction.go)."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from plimsoll.errors import ApiError
from plimsoll.kube.resources import PODDISRUPTIONBUDGETS, PODS
from plimsoll.kube.selectors import selector_of
from plimsoll.registry.attributes import Attributes
from plimsoll.registry.options import DeleteOptions, delete_options
from plimsoll.registry.refusals import bad_request, forbidden, not_found
from plimsoll.registry.requests import Answer, Payload
from plimsoll.registry.subresources.bodies import EVICTION, EVICTION_V1BETA1, SUCCESS, read_body
from plimsoll.registry.subresources.conditions import with_condition
from plimsoll.registry.verbs.deleting import check_preconditions, delete_object

if TYPE_CHECKING:
    from plimsoll.apimachinery.decoding import ObjectKind
    from plimsoll.kube.resources import Object
    from plimsoll.registry.backing import Backing
    from plimsoll.registry.requests import Request
    from plimsoll.registry.served import Served

RETRY_SECONDS = 10
MAX_DISRUPTED = 2000
"""Evictions that a budget may have under way (MaxDisruptedPodSize)."""

_UNGUARDED = frozenset({"Succeeded", "Failed", "Pending"})
_SEVERAL = "This pod has more than one PodDisruptionBudget, which the eviction subresource does not support."
_DISRUPTED: Object = {
    "type": "DisruptionTarget",
    "status": "True",
    "reason": "EvictionByEvictionAPI",
    "message": "Eviction API: evicting",
}


def evict(backing: Backing, served: Served, request: Request) -> Answer:
    """Delete a pod if no budget stands against it; 429 where one does."""
    eviction, options, warnings = read_body(request, _kind_of(request.body))
    if eviction["metadata"].get("name", "") != request.name:
        raise bad_request("name in URL does not match name in Eviction object")
    deletion = delete_options({}, eviction.get("deleteOptions"))
    deletion = replace(deletion, dry_run=deletion.dry_run or options.dry_run)
    attributes = Attributes(
        "CREATE", PODS, request.namespace, request.name, "eviction", request.user, eviction, None, options.dry_run
    )
    backing.admission.admit(attributes)
    backing.admission.validate(attributes)
    pod = served.collection.find(request.namespace, request.name)
    if pod is None:
        raise not_found(PODS, request.name)
    check_preconditions(served, pod, deletion)
    if not _is_unguarded(pod):
        _ask_budget(backing, pod, dry_run=deletion.dry_run)
    _delete(backing, served, request, pod, deletion)
    return Answer(201, SUCCESS, tuple(warnings))


def _kind_of(body: Any) -> ObjectKind:
    is_old = isinstance(body, Payload) and EVICTION_V1BETA1.api_version.encode() in body.content
    return EVICTION_V1BETA1 if is_old else EVICTION


def _is_unguarded(pod: Object) -> bool:
    """Whether deleting a pod disrupts nothing that is not disrupted already."""
    return pod["status"].get("phase") in _UNGUARDED or "deletionTimestamp" in pod["metadata"]


def _ask_budget(backing: Backing, pod: Object, *, dry_run: bool) -> None:
    collection = backing.store.collection(PODDISRUPTIONBUDGETS)
    labels = pod["metadata"].get("labels") or {}
    budgets = [
        budget
        for budget in collection.in_namespace(pod["metadata"]["namespace"])
        if budget["spec"].get("selector") is not None and selector_of(budget["spec"]["selector"]).matches(labels)
    ]
    if len(budgets) > 1:
        raise ApiError(500, "", _SEVERAL)
    if not budgets:
        return
    budget = budgets[0]
    if not _is_ready(pod) and _spares_the_unready(budget):
        return
    status = _decremented(budget, pod["metadata"]["name"], backing.identity.timestamp())
    if not dry_run:
        collection.put(budget, {**budget, "status": status})


def _is_ready(pod: Object) -> bool:
    conditions = pod["status"].get("conditions") or ()
    return any(condition["type"] == "Ready" and condition["status"] == "True" for condition in conditions)


def _spares_the_unready(budget: Object) -> bool:
    """Whether a budget does not count pods that are not ready anyway."""
    if budget["spec"].get("unhealthyPodEvictionPolicy") == "AlwaysAllow":
        return True
    status = budget.get("status") or {}
    desired = status.get("desiredHealthy", 0)
    return bool(desired > 0 and status.get("currentHealthy", 0) >= desired)


def _decremented(budget: Object, pod: str, now: str) -> Object:
    """A budget's status after one more disruption; 429 or 403 where there can be none."""
    status = budget.get("status") or {}
    name = budget["metadata"]["name"]
    allowed = status.get("disruptionsAllowed", 0)
    if status.get("observedGeneration", 0) < budget["metadata"].get("generation", 0):
        raise _too_many(f"The disruption budget {name} is still being processed by the server.")
    if allowed < 0:
        raise forbidden(PODDISRUPTIONBUDGETS, name, "pdb disruptions allowed is negative")
    disrupted = status.get("disruptedPods") or {}
    if len(disrupted) > MAX_DISRUPTED:
        raise forbidden(
            PODDISRUPTIONBUDGETS, name, "DisruptedPods map too big - too many evictions not confirmed by PDB controller"
        )
    if allowed == 0:
        raise _too_many(_shortage(name, status))
    status = {**status, "disruptionsAllowed": allowed - 1, "disruptedPods": {**disrupted, pod: now}}
    return status if allowed > 1 else {**status, "conditions": _exhausted(budget, now)}


def _exhausted(budget: Object, now: str) -> list[Object]:
    """The conditions of a budget that allows nothing more (pkg/apis/policy helper, UpdateDisruptionAllowedCondition)."""
    conditions = list((budget.get("status") or {}).get("conditions") or ())
    condition = {
        "type": "DisruptionAllowed",
        "status": "False",
        "observedGeneration": budget["status"].get("observedGeneration", 0),
        "lastTransitionTime": now,
        "reason": "InsufficientPods",
        "message": "",
    }
    for index, present in enumerate(conditions):
        if present["type"] == condition["type"]:
            if present["status"] == condition["status"]:
                condition["lastTransitionTime"] = present["lastTransitionTime"]
            conditions[index] = condition
            return conditions
    return [*conditions, condition]


def _shortage(name: str, status: Object) -> str:
    """Why a budget allows nothing, in the words of its condition where the numbers do not say it."""
    conditions = status.get("conditions") or ()
    absent: Object = {}
    found = next((one for one in conditions if one["type"] == "DisruptionAllowed" and one["status"] == "False"), absent)
    message, reason = found.get("message"), found.get("reason")
    text = f"The disruption budget {name} does not allow evicting pods currently"
    needed, present = status.get("desiredHealthy", 0), status.get("currentHealthy", 0)
    if message and reason == "SyncFailed":
        return f"{text} because it failed sync: {message}"
    if present <= needed:
        return f"The disruption budget {name} needs {needed} healthy pods and has {present} currently"
    return f"{text} ({reason}): {message}" if message else text


def _too_many(cause: str) -> ApiError:
    return ApiError(
        429,
        "TooManyRequests",
        "Cannot evict pod as it would violate the pod's disruption budget.",
        retry_after_seconds=RETRY_SECONDS if "still being processed" in cause else None,
        details={"causes": [{"reason": "DisruptionBudget", "message": cause}]},
    )


def _delete(backing: Backing, served: Served, request: Request, pod: Object, deletion: DeleteOptions) -> None:
    if not deletion.dry_run:
        status = with_condition(pod["status"], _DISRUPTED, backing.identity.timestamp())
        pod = served.collection.put(pod, {**pod, "status": status})
    delete_object(backing, served, request, pod, replace(deletion, resource_version=None))
