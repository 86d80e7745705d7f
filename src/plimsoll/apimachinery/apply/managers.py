"""Who owns which fields: the entries of ``metadata.managedFields``.

Source: apimachinery, pkg/util/managedfields/internal/managedfields.go and capmanagers.go.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from plimsoll.apimachinery.apply.fieldsets import FieldSet, is_fields_v1, union
from plimsoll.kube.resources import Object

MAX_UPDATE_MANAGERS = 10
"""How many managers that did not apply are told apart (apimachinery, managedfields/internal/fieldmanager.go)."""

ANCIENT_CHANGES = "ancient-changes"
BEFORE_FIRST_APPLY = "before-first-apply"


class ManagerKey(NamedTuple):
    """What tells managers apart. Appliers are one manager in all versions: their ``api_version`` is empty here."""

    name: str
    operation: str
    api_version: str
    subresource: str

    @property
    def applies(self) -> bool:
        """Whether the manager uses server-side apply."""
        return self.operation == "Apply"


@dataclass(frozen=True, slots=True)
class Owned:
    """What a manager owns, in the fields of which version, and since when (RFC 3339; empty if never told)."""

    fields: FieldSet
    api_version: str
    time: str = ""


Managers = dict[ManagerKey, Owned]


class InvalidEntriesError(Exception):
    """What a client wrote as ``managedFields`` is none."""


def updater(name: str, api_version: str, subresource: str) -> ManagerKey:
    """The key of a manager that creates, updates or patches."""
    return ManagerKey(name or "unknown", "Update", api_version, subresource)


def applier(name: str, subresource: str) -> ManagerKey:
    """The key of a manager that applies."""
    return ManagerKey(name or "unknown", "Apply", "", subresource)


def read_managers(entries: Iterable[Any]) -> Managers:
    """The managers of an object's ``managedFields``; raises :class:`InvalidEntriesError`."""
    managers: Managers = {}
    for index, entry in enumerate(entries):
        _check_entry(entry, index)
        api_version, applies = entry["apiVersion"], entry["operation"] == "Apply"
        key = ManagerKey(
            entry.get("manager", ""), entry["operation"], "" if applies else api_version, entry.get("subresource", "")
        )
        managers[key] = Owned(entry.get("fieldsV1") or {}, api_version, entry.get("time") or "")
    return managers


def _check_entry(entry: Any, index: int) -> None:
    if not isinstance(entry, Mapping) or entry.get("operation") not in {"Apply", "Update"}:
        raise InvalidEntriesError("operation must be `Apply` or `Update`")
    if not entry.get("apiVersion"):
        raise InvalidEntriesError("apiVersion must not be empty")
    fields_type = entry.get("fieldsType")
    if not fields_type:
        raise InvalidEntriesError(f"missing fieldsType in managed fields entry {index}")
    if fields_type != "FieldsV1":
        raise InvalidEntriesError(f'invalid fieldsType "{fields_type}" in managed fields entry {index}')
    if not is_fields_v1(entry.get("fieldsV1") or {}):
        raise InvalidEntriesError(f"error decoding set in managed fields entry {index}")


def write_managers(managers: Managers) -> list[Object]:
    """The entries of ``managedFields``: appliers first, then by time, manager, version and subresource."""
    return [
        _entry(key, owned)
        for key, owned in sorted(
            managers.items(),
            key=lambda item: (item[0].operation, item[1].time, item[0].name, item[1].api_version, item[0].subresource),
        )
    ]


def _entry(key: ManagerKey, owned: Owned) -> Object:
    entry: Object = {"manager": key.name, "operation": key.operation, "apiVersion": owned.api_version}
    if not key.name:
        del entry["manager"]
    if owned.time:
        entry["time"] = owned.time
    entry["fieldsType"] = "FieldsV1"
    entry["fieldsV1"] = owned.fields
    if key.subresource:
        entry["subresource"] = key.subresource
    return entry


def capped(managers: Managers) -> Managers:
    """The managers with the oldest updaters of each version merged into one, until there are no more than ten."""
    updaters = [key for key in managers if not key.applies]
    excess = len(updaters) - MAX_UPDATE_MANAGERS
    if excess <= 0:
        return managers
    result = dict(managers)
    first_of_version: dict[str, ManagerKey] = {}
    for key in sorted(updaters, key=lambda key: (managers[key].time, key)):
        if excess <= 0:
            break
        owned = managers[key]
        first = first_of_version.setdefault(owned.api_version, key)
        if first == key:
            continue
        bucket = updater(ANCIENT_CHANGES, owned.api_version, "")
        if bucket not in result:
            result[bucket] = result.pop(first)
        merged = union(owned.fields, result[bucket].fields)
        result[bucket] = replace(result[bucket], fields=merged, time=owned.time)
        if key != bucket:
            del result[key]
        excess -= 1
    return result
