"""DELETE: at once, with grace, or once finalizers are done (store.go, Delete; registry/rest/delete.go)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plimsoll.kube.resources import CUSTOMRESOURCEDEFINITIONS, JOBS, NAMESPACES
from plimsoll.registry.attributes import Attributes
from plimsoll.registry.definitions import terminating
from plimsoll.registry.options import DeleteOptions, delete_options
from plimsoll.registry.refusals import conflict, kind_conflict, not_found
from plimsoll.registry.requests import Answer
from plimsoll.registry.strategies.warnings import JOB_DELETION
from plimsoll.registry.verbs.finalizers import garbage_finalizers, namespace_finalizers
from plimsoll.registry.verbs.grace import begin_grace

if TYPE_CHECKING:
    from plimsoll.kube.resources import Object, Resource
    from plimsoll.registry.backing import Backing
    from plimsoll.registry.requests import Request
    from plimsoll.registry.served import Served
    from plimsoll.simcluster.store import Collection


def delete(backing: Backing, served: Served, request: Request) -> Answer:
    """Delete one object as the request's body or query says."""
    options = delete_options(request.options, request.body)
    stored = served.collection.find(request.namespace, request.name)
    if stored is None:
        raise not_found(served.resource, request.name)
    gone, value = delete_object(backing, served, request, stored, options)
    code = 202 if not gone and options.orphan_dependents is False else 200
    unsaid = options.propagation is None and options.orphan_dependents is None
    warnings = (JOB_DELETION,) if served.resource == JOBS and unsaid else ()
    if served.strategy.traits.answers_with_object or not gone:
        return Answer(code, served.strategy.from_stored(value), warnings)
    return Answer(code, success_status(served, value), warnings)


def delete_object(
    backing: Backing, served: Served, request: Request, stored: Object, options: DeleteOptions
) -> tuple[bool, Object]:
    """Delete a stored object; whether it is gone, and its last or present state."""
    resource = served.resource
    namespace = stored["metadata"].get("namespace", "")
    name = stored["metadata"]["name"]
    attributes = Attributes(
        "DELETE", resource, namespace, name, "", request.user, {"metadata": {}}, stored, options.dry_run
    )
    if resource in (NAMESPACES, CUSTOMRESOURCEDEFINITIONS):
        _check_identity(resource, stored, options)
        if "deletionTimestamp" not in stored["metadata"]:
            _admit(backing, attributes)
            return False, _terminate(backing, served, stored, options)
        if stored.get("spec", {}).get("finalizers"):
            return False, stored
    check_preconditions(served, stored, options)
    return _delete(backing, served, attributes, stored, options)


def _delete(
    backing: Backing, served: Served, attributes: Attributes, stored: Object, options: DeleteOptions
) -> tuple[bool, Object]:
    traits = served.strategy.traits
    value = {**stored, "metadata": dict(stored["metadata"])}
    graceful, pending, grace_seconds = begin_grace(traits, value, options, backing.identity)
    if pending:
        return False, stored
    _admit(backing, attributes)
    finalizers = garbage_finalizers(traits, value["metadata"].get("finalizers", []), options)
    if finalizers:
        value["metadata"]["finalizers"] = finalizers
    else:
        value["metadata"].pop("finalizers", None)
    if finalizers and not graceful:
        mark_deleting(value, backing.identity.timestamp())
    if not finalizers and grace_seconds == 0:
        if options.dry_run:
            return True, value if graceful else stored
        if graceful:
            stored = _update(served, stored, value)
        return True, removed(served.collection, stored)
    return False, value if options.dry_run else _update(served, stored, value)


def _update(served: Served, stored: Object, value: Object) -> Object:
    return stored if value == stored else served.collection.put(stored, value)


def removed(collection: Collection, stored: Object) -> Object:
    """Remove an object; returns it as it goes, under the revision of its removal."""
    collection.remove(stored)
    return {**stored, "metadata": {**stored["metadata"], "resourceVersion": str(collection.revision)}}


def mark_deleting(value: Object, now: str) -> None:
    """Date the deletion of an object that waits for its finalizers (store.go, markAsDeleting); ``value`` is private."""
    metadata = value["metadata"]
    if "deletionTimestamp" not in metadata and metadata.get("generation", 0) > 0:
        metadata["generation"] += 1
    if metadata.get("deletionTimestamp", "~") > now:
        metadata["deletionTimestamp"] = now
    metadata["deletionGracePeriodSeconds"] = 0


def check_preconditions(served: Served, stored: Object, options: DeleteOptions) -> None:
    """409 where the object is not the one, or not in the state, that is to be deleted."""
    metadata = stored["metadata"]
    if options.uid is not None and options.uid != metadata["uid"]:
        text = (
            f"the UID in the precondition ({options.uid}) does not match the UID in record ({metadata['uid']}). "
            "The object might have been deleted and then recreated"
        )
        raise kind_conflict(served.resource, metadata["name"], text)
    revision = options.resource_version
    if revision is not None and revision != metadata["resourceVersion"]:
        text = (
            f"the ResourceVersion in the precondition ({revision}) does not match the ResourceVersion in record "
            f"({metadata['resourceVersion']}). The object might have been modified"
        )
        raise kind_conflict(served.resource, metadata["name"], text)


def success_status(served: Served, value: Object) -> Object:
    """The Status that says what was deleted, or is going to be."""
    resource, metadata = served.resource, value["metadata"]
    details = {
        "name": metadata["name"],
        "group": resource.group,
        "kind": resource.plural,
        "uid": metadata["uid"],
    }
    return {
        "kind": "Status",
        "apiVersion": "v1",
        "metadata": {},
        "status": "Success",
        "details": {key: text for key, text in details.items() if text},
    }


def _admit(backing: Backing, attributes: Attributes) -> None:
    backing.admission.admit(attributes)
    backing.admission.validate(attributes)


def _check_identity(resource: Resource, stored: Object, options: DeleteOptions) -> None:
    """Preconditions on what is deleted in two steps, in the words of the storage (core/namespace/storage/storage.go)."""
    metadata = stored["metadata"]
    pairs = (
        ("UID", options.uid, metadata["uid"]),
        ("ResourceVersion", options.resource_version, metadata["resourceVersion"]),
    )
    for what, wanted, recorded in pairs:
        if wanted is not None and wanted != recorded:
            text = f"Precondition failed: {what} in precondition: {wanted}, {what} in object meta: {recorded}"
            raise conflict(resource, metadata["name"], text)


def _terminate(backing: Backing, served: Served, stored: Object, options: DeleteOptions) -> Object:
    """Begin to delete a namespace or a definition: what is left to do, its controller does."""
    now = backing.identity.timestamp()
    value = terminating(stored, now) if served.resource == CUSTOMRESOURCEDEFINITIONS else _leaving(stored, options, now)
    return value if options.dry_run else served.collection.put(stored, value)


def _leaving(namespace: Object, options: DeleteOptions, now: str) -> Object:
    metadata = {**namespace["metadata"], "deletionTimestamp": now}
    finalizers = namespace_finalizers(metadata.get("finalizers", []), options)
    if finalizers:
        metadata["finalizers"] = finalizers
    else:
        metadata.pop("finalizers", None)
    return {**namespace, "metadata": metadata, "status": {**namespace.get("status", {}), "phase": "Terminating"}}
