"""CREATE: a body becomes a stored object (apiserver, endpoints/handlers/create.go, registry/generic/registry/store.go)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plimsoll.errors import ApiError
from plimsoll.kube.resources import NAMESPACES
from plimsoll.registry.attributes import Attributes
from plimsoll.registry.options import WriteOptions, write_options
from plimsoll.registry.refusals import already_exists, telling, unexpected
from plimsoll.registry.requests import Answer
from plimsoll.registry.verbs.placing import deduplicate_owners, manager_of, place, wipe_system_fields

if TYPE_CHECKING:
    from plimsoll.kube.resources import Object
    from plimsoll.registry.backing import Backing
    from plimsoll.registry.requests import Request
    from plimsoll.registry.served import Served
    from plimsoll.registry.verbs.moulds import Mould, Particulars

MAX_NAME_ATTEMPTS = 8
"""Times that a name is made up where names are taken (store.go, maxNameGenerationCreateAttempts)."""


def create(backing: Backing, served: Served, request: Request) -> Answer:
    """Store a new object from a request's body."""
    known = backing.moulds.key(request)
    if known is None:
        return _create(backing, served, request)
    key, particulars = known
    mould = backing.moulds.find(key)
    if mould is not None:
        return _cast(backing, served, request, mould, particulars)
    answer = _create(backing, served, request)
    if isinstance(answer.object, dict):
        backing.moulds.keep(key, particulars, answer.object, answer.warnings)
    return answer


def _cast(backing: Backing, served: Served, request: Request, mould: Mould, particulars: Particulars) -> Answer:
    """Store one more of what was created before."""
    identity, namespace = backing.identity, request.namespace
    value = mould.cast(particulars, namespace, identity.uid(), identity.timestamp())
    name = particulars.name
    if not name:
        value["metadata"]["name"] = name = _generated(backing, served, particulars.name_prefix, namespace)
    attributes = Attributes("CREATE", served.resource, namespace, name, "", request.user, value)
    backing.admission.recheck(attributes)
    present = served.collection.find(namespace, name)
    if present is not None:
        raise _taken(served, name, present)
    return Answer(201, served.collection.add(namespace, name, value), mould.warnings)


def _create(backing: Backing, served: Served, request: Request) -> Answer:
    """Store a new object from a body that is not known yet."""
    options = write_options("create", request.options)
    warnings: list[str] = []
    with telling(warnings):
        return Answer(201, _decoded(backing, served, request, options, warnings), tuple(warnings))


def _decoded(backing: Backing, served: Served, request: Request, options: WriteOptions, warnings: list[str]) -> Object:
    """Read the body, have it admitted and store it."""
    strategy = served.strategy
    value = strategy.decode(request.body, options.field_validation, warnings)
    wipe_system_fields(value)
    place(value, served.resource, request.namespace)
    deduplicate_owners(value, warnings)
    manager = manager_of(options.field_manager, request)
    value = strategy.track(None, value, manager=manager, subresource="", time=backing.identity.timestamp())
    name = value["metadata"].get("name", "")
    namespace = name if served.resource is NAMESPACES else request.namespace
    attributes = Attributes(
        "CREATE", served.resource, namespace, name, "", request.user, value, None, options.dry_run, warnings
    )
    backing.admission.admit(attributes)
    deduplicate_owners(value, warnings, admitted=True)
    return insert(backing, served, attributes, options)


def insert(backing: Backing, served: Served, attributes: Attributes, options: WriteOptions) -> Object:
    """Name, prepare, check and store an admitted object; returns it in the version of the request."""
    value, strategy = attributes.object, served.strategy
    metadata = value["metadata"]
    namespace = metadata.get("namespace", "")
    metadata["uid"] = backing.identity.uid()
    metadata["creationTimestamp"] = backing.identity.timestamp()
    _name(backing, served, metadata, namespace)
    strategy.prepare_create(value, metadata["creationTimestamp"])
    companion = backing.companion(served.collection.resource)
    if companion is not None:
        companion.before_create(value)
    metadata = value["metadata"]
    strategy.check_create(value, attributes.warnings)
    backing.admission.validate(attributes)
    if metadata.get("resourceVersion", "0") not in {"", "0"}:
        raise unexpected("resourceVersion should not be set on objects to be created")
    metadata.pop("resourceVersion", None)
    name = metadata["name"]
    present = served.collection.find(namespace, name)
    if present is not None:
        raise _taken(served, name, present)
    if options.dry_run:
        return value
    stored = served.collection.add(namespace, name, strategy.to_stored(value))
    return strategy.from_stored(stored)


def _name(backing: Backing, served: Served, metadata: Object, namespace: str) -> None:
    """Make up a name where only its beginning was given."""
    prefix = metadata.get("generateName")
    if prefix and not metadata.get("name"):
        metadata["name"] = _generated(backing, served, prefix, namespace)


def _generated(backing: Backing, served: Served, prefix: str, namespace: str) -> str:
    """A name that is free, if one is found in a few attempts."""
    name = ""
    for _ in range(MAX_NAME_ATTEMPTS):
        name = backing.identity.generate_name(prefix)
        if served.collection.find(namespace, name) is None:
            break
    return name


def _taken(served: Served, name: str, present: Object) -> ApiError:
    error = already_exists(served.resource, name)
    if "deletionTimestamp" not in present["metadata"]:
        return error
    return ApiError(409, error.reason, f"object is being deleted: {error.message}", details=error.details)
