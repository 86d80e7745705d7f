"""Priority: the number behind a pod's priority class (plugin/pkg/admission/priority)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plimsoll.kube.resources import PODS, PRIORITYCLASSES
from plimsoll.registry.refusals import forbidden

if TYPE_CHECKING:
    from plimsoll.kube.resources import Object
    from plimsoll.registry.attributes import Attributes
    from plimsoll.simcluster.store import Collection

PREEMPTS = "PreemptLowerPriority"


class Priority:
    """Looks priority classes up."""

    def __init__(self, classes: Collection) -> None:
        self._classes = classes

    def admit(self, attributes: Attributes) -> None:
        """Set a new pod's priority; 403 where its class does not exist, or where it names another number."""
        if attributes.operation == "UPDATE" and attributes.concerns(PODS) and attributes.old is not None:
            _keep(attributes.object["spec"], attributes.old["spec"])
        if attributes.operation != "CREATE" or not attributes.concerns(PODS):
            return
        spec = attributes.object["spec"]
        found = self._class_of(attributes, spec)
        value = 0 if found is None else found["value"]
        if found is not None and not spec.get("priorityClassName"):
            spec["priorityClassName"] = found["metadata"]["name"]
        policy = (found or {}).get("preemptionPolicy") or PREEMPTS
        _check_value(attributes, spec, value, policy)
        spec["priority"] = value
        spec["preemptionPolicy"] = policy

    def validate(self, attributes: Attributes) -> None:
        """403 for a second class that is the default of all pods."""
        if attributes.operation not in {"CREATE", "UPDATE"} or not attributes.concerns(PRIORITYCLASSES):
            return
        if not attributes.object.get("globalDefault"):
            return
        default = self._default()
        if default is not None and default["metadata"]["name"] != attributes.object["metadata"]["name"]:
            name = default["metadata"]["name"]
            text = f"PriorityClass {name} is already marked as default. Only one default can exist"
            raise forbidden(PRIORITYCLASSES, attributes.object["metadata"]["name"], text)

    def _class_of(self, attributes: Attributes, spec: Object) -> Object | None:
        name = spec.get("priorityClassName")
        if not name:
            return self._default()
        found = self._classes.find("", name)
        if found is None:
            raise forbidden(PODS, attributes.name, f"no PriorityClass with name {name} was found")
        return found

    def _default(self) -> Object | None:
        """The class of pods that name none: of several the one with the lowest value."""
        marked = [value for value in self._classes if value.get("globalDefault")]
        return min(marked, key=lambda value: int(value["value"]), default=None)


def _keep(spec: Object, old: Object) -> None:
    """An update that leaves the number out does not lose it."""
    for key in ("priority", "preemptionPolicy"):
        if key not in spec and key in old and spec.get("priorityClassName") == old.get("priorityClassName"):
            spec[key] = old[key]


def _check_value(attributes: Attributes, spec: Object, value: int, policy: str) -> None:
    named = spec.get("priority")
    if named is not None and named != value:
        text = (
            f"the integer value of priority ({named}) must not be provided in pod spec; priority admission controller "
            f"computed {value} from the given PriorityClass name"
        )
        raise forbidden(PODS, attributes.name, text)
    wanted = spec.get("preemptionPolicy")
    if wanted is not None and wanted != policy:
        text = (
            f"the string value of PreemptionPolicy ({wanted}) must not be provided in pod spec; priority admission "
            f"controller computed {policy} from the given PriorityClass name"
        )
        raise forbidden(PODS, attributes.name, text)
