"""UPDATE, and what it shares with PATCH: a stored object is replaced (store.go, Update; registry/rest/update.go)."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from plimsoll.apimachinery.validation.fielderrors import invalid, invalid_value
from plimsoll.kube.resources import NAMESPACES, Resource
from plimsoll.registry.attributes import Attributes
from plimsoll.registry.options import WriteOptions, write_options
from plimsoll.registry.refusals import conflict, not_found, precondition_failed, telling, unexpected
from plimsoll.registry.requests import Answer
from plimsoll.registry.verbs.creating import insert
from plimsoll.registry.verbs.placing import check_name, deduplicate_owners, manager_of, place

if TYPE_CHECKING:
    from plimsoll.kube.resources import Object
    from plimsoll.registry.backing import Backing
    from plimsoll.registry.requests import Request
    from plimsoll.registry.served import Served

Change = Callable[["Object | None", list[str]], "Object"]
"""What a write makes of the object as it is, None where there is none; the result is private to the write."""


def update(backing: Backing, served: Served, request: Request) -> Answer:
    """Replace an object, or one subresource's part of it."""
    options = write_options("update", request.options)
    warnings: list[str] = []
    with telling(warnings):
        value = served.strategy.decode(request.body, options.field_validation, warnings)
        place(value, served.resource, request.namespace)
        check_name(value, request.name)
        deduplicate_owners(value, warnings)

    def change(old: Object | None, _: list[str]) -> Object:
        _check_uid(served.resource, value, old)
        return served.strategy.track(
            old,
            value,
            manager=manager_of(options.field_manager, request),
            subresource=request.subresource,
            time=backing.identity.timestamp(),
        )

    return write(backing, served, request, options, change, warnings)


def write(
    backing: Backing,
    served: Served,
    request: Request,
    options: WriteOptions,
    change: Change,
    warnings: list[str],
    *,
    creates: bool = False,
) -> Answer:
    """Change the object that a request names, create it where the resource or ``creates`` allows that."""
    with telling(warnings):
        return _write(backing, served, request, options, change, warnings, creates=creates)


def _write(
    backing: Backing,
    served: Served,
    request: Request,
    options: WriteOptions,
    change: Change,
    warnings: list[str],
    *,
    creates: bool,
) -> Answer:
    strategy, resource = served.strategy, served.resource
    stored = served.collection.find(request.namespace, request.name)
    may_create = creates or (strategy.traits.creates_on_update and not request.subresource)
    if stored is None and not may_create:
        raise not_found(resource, request.name)
    old = None if stored is None else strategy.from_stored(stored)
    value = change(old, warnings)
    attributes = Attributes(
        "CREATE" if old is None else "UPDATE",
        resource,
        request.name if resource is NAMESPACES else request.namespace,
        request.name,
        request.subresource,
        request.user,
        value,
        old,
        options.dry_run,
        warnings,
    )
    backing.admission.admit(attributes)
    deduplicate_owners(value, warnings, admitted=True)
    if stored is None or old is None:
        value["metadata"].pop("resourceVersion", None)  # which is a fault of plain creates alone
        return Answer(201, insert(backing, served, attributes, options), tuple(warnings))
    _check_revision(served, request.name, value, old)
    _complete(backing, served, attributes, old)
    return Answer(200, _store(served, attributes, stored, options), tuple(warnings))


def _complete(backing: Backing, served: Served, attributes: Attributes, old: Object) -> None:
    """Prepare and check a changed object; what no update can change is taken from the old one."""
    value, strategy = attributes.object, served.strategy
    metadata, before = value["metadata"], old["metadata"]
    metadata.pop("generation", None)
    if "generation" in before:
        metadata["generation"] = before["generation"]
    strategy.prepare_update(value, old, attributes.subresource)
    companion = backing.companion(served.collection.resource)
    if companion is not None and not attributes.subresource:
        companion.before_update(value, old)
    metadata = value["metadata"]
    metadata["uid"] = metadata.get("uid") or before["uid"]
    for key in ("creationTimestamp", "deletionTimestamp"):
        if key in before:
            metadata[key] = before[key]
    if "deletionGracePeriodSeconds" in before:
        metadata.setdefault("deletionGracePeriodSeconds", before["deletionGracePeriodSeconds"])
    strategy.check_update(value, old, attributes.subresource, attributes.warnings)
    backing.admission.validate(attributes)


def _store(served: Served, attributes: Attributes, stored: Object, options: WriteOptions) -> Object:
    strategy = served.strategy
    value = strategy.to_stored(attributes.object)
    value["metadata"]["resourceVersion"] = stored["metadata"]["resourceVersion"]
    keep_times(value, stored)
    if empties_finalizers(served.resource, value, stored):
        if not options.dry_run:
            served.collection.remove(stored)
        return strategy.from_stored(value)
    if value == stored:
        return strategy.from_stored(stored)
    if options.dry_run:
        return strategy.from_stored(value)
    return strategy.from_stored(served.collection.put(stored, value))


def keep_times(value: Object, stored: Object) -> None:
    """Undo a change of nothing but the times in ``managedFields`` (fieldmanager, admission and timestamps transformer)."""
    new, old = value["metadata"].get("managedFields"), stored["metadata"].get("managedFields")
    if new is None or old is None or new is old or len(new) != len(old):
        return
    untimed = [[{**entry, "time": ""} for entry in entries] for entries in (new, old)]
    if untimed[0] == untimed[1]:
        value["metadata"]["managedFields"] = old


def empties_finalizers(resource: Resource, value: Object, stored: Object) -> bool:
    """Whether an update takes the last finalizer off an object that only waited for that (ShouldDeleteDuringUpdate)."""
    if value["metadata"].get("finalizers") or "deletionTimestamp" not in stored["metadata"]:
        return False
    if resource is NAMESPACES and value.get("spec", {}).get("finalizers"):
        return False
    return not stored["metadata"].get("deletionGracePeriodSeconds")


def _check_revision(served: Served, name: str, value: Object, old: Object) -> None:
    """409 where the body was made from another revision of the object; 422 where it must say which and does not."""
    named = value["metadata"].get("resourceVersion") or "0"
    if not (named.isascii() and named.isdecimal()):
        raise unexpected(f'strconv.ParseUint: parsing "{named}": invalid syntax')
    if int(named) == 0:
        if served.strategy.traits.unconditional_update:
            value["metadata"]["resourceVersion"] = old["metadata"]["resourceVersion"]
            return
        error = invalid_value("metadata.resourceVersion", 0, "must be specified for an update")
        by_plural = Resource(served.resource.group, served.resource.version, "", served.resource.plural)
        raise invalid(by_plural, name, [error])
    if named != old["metadata"]["resourceVersion"]:
        raise conflict(served.resource, name)


def _check_uid(resource: Resource, value: Object, old: Object | None) -> None:
    """409 where the body is about another object of this name."""
    metadata = value["metadata"]
    named = metadata.get("uid")
    recorded = "" if old is None else old["metadata"]["uid"]
    if named and named != recorded:
        raise conflict(resource, metadata["name"], precondition_failed(resource, metadata, "UID", named, recorded))
