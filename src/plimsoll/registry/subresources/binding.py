"""pods/binding, and the older ``bindings``: a scheduler gives a pod its node (core/pod/storage/storage.go)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plimsoll.errors import ApiError
from plimsoll.kube.resources import PODS
from plimsoll.registry.attributes import Attributes
from plimsoll.registry.refusals import bad_request, conflict, not_found, precondition_failed, unexpected
from plimsoll.registry.requests import Answer
from plimsoll.registry.subresources.bodies import BINDING, SUCCESS, read_body
from plimsoll.registry.subresources.conditions import with_condition
from plimsoll.registry.verbs.placing import place

if TYPE_CHECKING:
    from plimsoll.kube.resources import Object
    from plimsoll.registry.backing import Backing
    from plimsoll.registry.requests import Request
    from plimsoll.registry.served import Served


def bind(backing: Backing, served: Served, request: Request) -> Answer:
    """Give a pod its node; 409 where it has one, is going, or may not be scheduled yet."""
    binding, options, warnings = read_body(request, BINDING)
    place(binding, PODS, request.namespace)
    name = binding["metadata"].get("name", "")
    if request.name and name != request.name:
        raise bad_request("name in URL does not match name in Binding object")
    _check_target(binding.get("target") or {})
    attributes = Attributes(
        "CREATE", served.resource, request.namespace, name, "binding", request.user, binding, None, options.dry_run
    )
    backing.admission.admit(attributes)
    backing.admission.validate(attributes)
    collection = backing.store.collection(PODS)
    pod = collection.find(request.namespace, name)
    if pod is None:
        raise not_found(PODS, name)
    _check_preconditions(binding["metadata"], pod)
    problem = _obstacle(pod)
    if problem:
        raise _refused(name, problem)
    if not options.dry_run:
        collection.put(pod, _bound(pod, binding, backing.identity.timestamp()))
    return Answer(201, SUCCESS, tuple(warnings))


def _check_target(target: Object) -> None:
    """The checks of a binding, whose errors reach clients as they are."""
    faults = []
    if target.get("kind", "") not in {"", "Node"}:
        faults.append(f'target.kind: Unsupported value: "{target["kind"]}": supported values: "Node", "<empty>"')
    if not target.get("name"):
        faults.append("target.name: Required value")
    if faults:
        raise unexpected(faults[0] if len(faults) == 1 else f"[{', '.join(faults)}]")


def _check_preconditions(metadata: Object, pod: Object) -> None:
    for key, word in (("uid", "UID"), ("resourceVersion", "ResourceVersion")):
        wanted, recorded = metadata.get(key), pod["metadata"][key]
        if wanted and wanted != recorded:
            text = precondition_failed(PODS, pod["metadata"], word, wanted, recorded)
            raise conflict(PODS, pod["metadata"]["name"], text)


def _obstacle(pod: Object) -> str:
    """Why a pod cannot be bound; empty where it can."""
    name, spec = pod["metadata"]["name"], pod["spec"]
    if "deletionTimestamp" in pod["metadata"]:
        return f"pod {name} is being deleted, cannot be assigned to a host"
    if spec.get("nodeName"):
        return f'pod {name} is already assigned to node "{spec["nodeName"]}"'
    if spec.get("schedulingGates"):
        return f"pod {name} has non-empty .spec.schedulingGates"
    return ""


def _refused(name: str, problem: str) -> ApiError:
    message = f'Operation cannot be fulfilled on pods/binding "{name}": {problem}'
    return ApiError(409, "Conflict", message, details={"name": name, "kind": "pods/binding"})


def _bound(pod: Object, binding: Object, now: str) -> Object:
    """A pod on the node of a binding, with the binding's labels and annotations."""
    metadata = dict(pod["metadata"])
    for key in ("labels", "annotations"):
        added = binding["metadata"].get(key)
        if added:
            metadata[key] = {**(metadata.get(key) or {}), **added}
    spec = {**pod["spec"], "nodeName": binding["target"]["name"]}
    status = {key: part for key, part in (pod.get("status") or {}).items() if key != "nominatedNodeName"}
    status = with_condition(status, {"type": "PodScheduled", "status": "True"}, now)
    return {**pod, "metadata": metadata, "spec": spec, "status": status}
