"""The scale of workloads: how many replicas there are to be, the same for every kind that has some (apps/*/storage)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from plimsoll.apimachinery.decoding import Decoder
from plimsoll.apimachinery.patching import merge_patch
from plimsoll.apimachinery.validation.fielderrors import invalid, invalid_value
from plimsoll.errors import ApiError
from plimsoll.kube.resources import Resource
from plimsoll.kube.selectors import selector_of, selector_of_labels
from plimsoll.registry.options import APPLY_TYPES, write_options
from plimsoll.registry.refusals import conflict, internal_error, not_found, precondition_failed
from plimsoll.registry.requests import Answer
from plimsoll.registry.strategies.copying import private_copy
from plimsoll.registry.strategies.documents import patch_document
from plimsoll.registry.subresources.bodies import SCALE, decoder_of, read_body
from plimsoll.registry.verbs.placing import check_name, manager_of, place
from plimsoll.registry.verbs.updating import write

if TYPE_CHECKING:
    from plimsoll.kube.resources import Object
    from plimsoll.registry.backing import Backing
    from plimsoll.registry.requests import Request
    from plimsoll.registry.served import Served

_SCALES = Resource("autoscaling", "v1", "scales", "Scale")


@dataclass(frozen=True, slots=True)
class ScalePaths:
    """Where an object has its replicas and its selector: field names from the top."""

    wanted: tuple[str, ...] = ("spec", "replicas")
    present: tuple[str, ...] = ("status", "replicas")
    selector: tuple[str, ...] = ("spec", "selector")
    is_custom: bool = False


WORKLOAD = ScalePaths()


def read_scale(backing: Backing, served: Served, request: Request) -> Answer:
    """GET of a scale."""
    del backing
    paths = _paths(served)
    value = _found(served, request)
    if paths.is_custom and _at(value, paths.wanted) is None:
        raise internal_error(f'the spec replicas field ".{".".join(paths.wanted)}" does not exist')
    return Answer(200, scale_of(value, paths))


def write_scale(backing: Backing, served: Served, request: Request) -> Answer:
    """PUT or PATCH of a scale: the object with other replicas."""
    paths = _paths(served)
    _found(served, request)
    if request.verb == "update":
        scale, options, warnings = read_body(request, SCALE)
        place(scale, served.resource, request.namespace)
        check_name(scale, request.name)
    else:
        scale, options, warnings = None, write_options("patch", request.options, request.patch_type), []

    def change(old: Object | None, _: list[str]) -> Object:
        if old is None:
            raise not_found(served.resource, request.name)
        wanted = scale if scale is not None else _patched(scale_of(old, paths), request)
        value = _with_replicas(served.resource, old, wanted, paths)
        manager = manager_of(options.field_manager, request)
        time = backing.identity.timestamp()
        return served.strategy.track_scale(old, value, manager=manager, time=time, replicas=paths.wanted)

    answer = write(backing, served, request, options, change, warnings)
    stored = answer.object
    assert isinstance(stored, dict)  # noqa: S101 - one object was written
    return Answer(answer.code, scale_of(stored, paths), answer.warnings)


def scale_of(value: Object, paths: ScalePaths) -> Object:
    """The Scale of an object; zero values are left out, as the real server does."""
    metadata = value["metadata"]
    kept = ("name", "namespace", "uid", "resourceVersion", "creationTimestamp")
    wanted, present = _at(value, paths.wanted), _at(value, paths.present)
    status: dict[str, Any] = {"replicas": present or 0}
    selector = _selector_text(_at(value, paths.selector))
    if selector:
        status["selector"] = selector
    return {
        "kind": "Scale",
        "apiVersion": "autoscaling/v1",
        "metadata": {key: metadata[key] for key in kept if key in metadata},
        "spec": {"replicas": wanted} if wanted else {},
        "status": status,
    }


def _paths(served: Served) -> ScalePaths:
    """Where a resource has its scale: custom ones say so in their definition."""
    declared = served.custom.scale if served.custom is not None else None
    if declared is None:
        return WORKLOAD
    return ScalePaths(
        _names(declared.spec_replicas),
        _names(declared.status_replicas),
        _names(declared.label_selector),
        is_custom=True,
    )


def _names(path: str) -> tuple[str, ...]:
    return tuple(name for name in path.split(".") if name)


def _found(served: Served, request: Request) -> Object:
    stored = served.collection.find(request.namespace, request.name)
    if stored is None:
        raise not_found(served.resource, request.name)
    return served.strategy.from_stored(stored)


def _patched(scale: Object, request: Request) -> Object:
    applies = request.patch_type in APPLY_TYPES
    document = merge_patch(scale, request.body) if applies else patch_document(scale, request.body, request.patch_type)
    decoder: Decoder = decoder_of(SCALE)
    return decoder.decode_value(document).object


def _with_replicas(resource: Resource, old: Object, scale: Object, paths: ScalePaths) -> Object:
    """A private copy of the object with the replicas and the revision of a scale."""
    replicas = (scale.get("spec") or {}).get("replicas", 0)
    metadata = scale.get("metadata") or {}
    uid, recorded = metadata.get("uid"), old["metadata"]["uid"]
    if uid and uid != recorded:
        text = precondition_failed(resource, old["metadata"], "UID", uid, recorded)
        raise conflict(resource, old["metadata"]["name"], text)
    if replicas < 0 and not paths.is_custom:
        raise _negative(metadata.get("name", old["metadata"]["name"]), replicas)
    value: Object = private_copy(old)
    holder = value
    for key in paths.wanted[:-1]:
        if not isinstance(holder.get(key), dict):  # missing, or what a custom resource without a schema holds there
            holder[key] = {}
        holder = holder[key]
    holder[paths.wanted[-1]] = replicas
    value["metadata"]["resourceVersion"] = metadata.get("resourceVersion") or old["metadata"]["resourceVersion"]
    return value


def _negative(name: str, replicas: int) -> ApiError:
    error = invalid_value("spec.replicas", replicas, "must be greater than or equal to 0")
    return invalid(_SCALES, name, [error])


def _at(value: Object, path: tuple[str, ...]) -> Any:
    found: Any = value if path else None
    for key in path:
        found = found.get(key) if isinstance(found, Mapping) else None
    return found


def _selector_text(selector: Any) -> str:
    """A selector as autoscalers ask for it: as text; that of a replication controller is a plain map."""
    if not selector or isinstance(selector, str):
        return selector or ""
    is_structured = "matchLabels" in selector or "matchExpressions" in selector
    parsed = selector_of(selector) if is_structured else selector_of_labels(selector)
    return (
        ",".join(sorted(str(parsed).split(",")))
        if is_structured and "matchExpressions" not in selector
        else str(parsed)
    )
