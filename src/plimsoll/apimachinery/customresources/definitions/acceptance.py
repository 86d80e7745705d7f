"""Who gets which names (apiextensions-apiserver, pkg/controller/status/naming_controller.go and establish)."""

from __future__ import annotations

from collections.abc import Iterable

from plimsoll.kube.resources import Object

_CONFLICTS = {
    "plural": "PluralConflict",
    "singular": "SingularConflict",
    "shortNames": "ShortNamesConflict",
    "kind": "KindConflict",
    "listKind": "ListKindConflict",
}


def accepted(definition: Object, others: Iterable[Object], time: str) -> Object:
    """The definition with the names that it gets, and the conditions that say so.

    ``others`` are all definitions of the cluster, this one may be among them; ``time`` is now (RFC 3339). Equal to the
    definition where nothing is to be decided.
    """
    spec, status = definition["spec"], definition.get("status") or {}
    if spec["names"] == status.get("acceptedNames"):
        return definition
    resources, kinds = _used_names(definition, others)
    names = dict(status.get("acceptedNames") or {})
    problem = ("", "")
    for part, reason in _CONFLICTS.items():
        wanted = spec["names"].get(part)
        conflict = _conflict(wanted, names.get(part), kinds if part in {"kind", "listKind"} else resources)
        if conflict:
            problem = (reason, conflict)
        elif wanted:
            names[part] = wanted
        else:
            names.pop(part, None)
    names.pop("categories", None)
    if spec["names"].get("categories"):
        names["categories"] = spec["names"]["categories"]
    return _with_conditions(definition, names, problem, time)


def _used_names(definition: Object, others: Iterable[Object]) -> tuple[set[str], set[str]]:
    resources: set[str] = set()
    kinds: set[str] = set()
    for other in others:
        same = other["metadata"]["name"] == definition["metadata"]["name"]
        if other["spec"]["group"] != definition["spec"]["group"] or same:
            continue
        names = (other.get("status") or {}).get("acceptedNames") or {}
        resources.update({names.get("plural", ""), names.get("singular", ""), *(names.get("shortNames") or ())})
        kinds.update({names.get("kind", ""), names.get("listKind", "")})
    return resources - {""}, kinds - {""}


def _conflict(wanted: str | list[str] | None, held: str | list[str] | None, used: set[str]) -> str:
    if wanted == held:
        return ""
    names = [wanted] if isinstance(wanted, str) else wanted or []
    kept = [held] if isinstance(held, str) else held or []
    taken = [f'"{name}" is already in use' for name in names if name not in kept and name in used]
    return taken[0] if len(taken) == 1 else f"[{', '.join(taken)}]" if taken else ""


def _with_conditions(definition: Object, names: Object, problem: tuple[str, str], time: str) -> Object:
    reason, message = problem
    status = dict(definition.get("status") or {})
    conditions = list(status.get("conditions") or ())
    if reason:
        _set(conditions, _condition("NamesAccepted", "False", reason, message, time))
    else:
        _set(conditions, _condition("NamesAccepted", "True", "NoConflicts", "no conflicts found", time))
    old = next((condition for condition in conditions if condition["type"] == "Established"), None)
    if old is None or (old["status"] != "True" and not reason):
        if reason:
            waiting = _condition("Established", "False", "NotAccepted", "not all names are accepted", time)
        else:
            waiting = _condition("Established", "False", "Installing", "the initial names have been accepted", time)
        _set(conditions, waiting)
    return {**definition, "status": {**status, "conditions": conditions, "acceptedNames": names}}


def established(definition: Object, time: str) -> Object:
    """The definition as it is when it is served: names accepted once make it so for good."""
    conditions = list((definition.get("status") or {}).get("conditions") or ())
    states = {condition["type"]: condition["status"] for condition in conditions}
    if states.get("NamesAccepted") != "True" or states.get("Established") == "True":
        return definition
    message = "the initial names have been accepted"
    _set(conditions, _condition("Established", "True", "InitialNamesAccepted", message, time))
    return {**definition, "status": {**definition["status"], "conditions": conditions}}


def _condition(kind: str, state: str, reason: str, message: str, time: str) -> Object:
    return {"type": kind, "status": state, "lastTransitionTime": time, "reason": reason, "message": message}


def _set(conditions: list[Object], condition: Object) -> None:
    """Put a condition in the place of its type, with the old time unless its status changes."""
    for index, old in enumerate(conditions):
        if old["type"] == condition["type"]:
            if old["status"] == condition["status"]:
                condition = {**condition, "lastTransitionTime": old["lastTransitionTime"]}
            conditions[index] = condition
            return
    conditions.append(condition)
