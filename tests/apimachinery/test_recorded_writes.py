"""Objects on their way into the store, against what a Kubernetes 1.36 API server answered.

``tests/data/recorded/writes.json`` holds single writes taken from the recorded exchanges of the conformance corpus: those
whose answer follows from the body and the object before it. ``checks.json`` holds creations of objects with every kind of
fault, tried on such a server without storing them. Uids, times and revisions are made up; the rest is as it was.
"""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest

from plimsoll.apimachinery.decoding import Decoder, ObjectKind
from plimsoll.apimachinery.defaults import apply_defaults
from plimsoll.apimachinery.kinds.catalogue import Catalogue
from plimsoll.apimachinery.patching import json_patch, merge_patch, strategic_merge
from plimsoll.apimachinery.preparation import (
    default_tolerations,
    prepare_create,
    prepare_update,
    set_priority,
    taint_new_node,
)
from plimsoll.apimachinery.schema import schema_of
from plimsoll.apimachinery.validation import FieldError, invalid, validate_create, validate_update
from plimsoll.errors import ApiError
from plimsoll.kube.resources import Object, Resource
from plimsoll.kube.statuses import failure_status

FOLDER = Path(__file__).parent.parent / "data" / "recorded"
RECORDED = [
    write for name in ("writes", "checks") for write in json.loads((FOLDER / f"{name}.json").read_text("utf-8"))
]
CATALOGUE = Catalogue()
NOW = "2024-01-01T00:00:00Z"
SYSTEM_FIELDS = ("uid", "resourceVersion", "creationTimestamp", "managedFields")


def resource_of(write: dict[str, Any]) -> Resource:
    row = CATALOGUE.find(*write["resource"])
    assert row is not None
    return row.resource


def decoder_of(resource: Resource) -> Decoder:
    return Decoder(ObjectKind(resource.group, resource.version, resource.kind), schema_of(resource))


def admit(resource: Resource, object_: Object) -> None:
    """Do what admission does without looking at other objects."""
    if resource.plural == "pods":
        spec = object_["spec"]
        spec["serviceAccountName"] = spec["serviceAccount"] = spec.get("serviceAccountName") or "default"
        default_tolerations(spec)
        set_priority(spec)
    elif resource.plural == "nodes":
        taint_new_node(object_)


def create(write: dict[str, Any]) -> tuple[Object, list[FieldError]]:
    resource = resource_of(write)
    new = decoder_of(resource).decode(json.dumps(write["body"]).encode()).object
    apply_defaults(resource, new)
    metadata = new.setdefault("metadata", {})
    if resource.namespaced:
        metadata.setdefault("namespace", write["namespace"])
    metadata["uid"] = write["answer"].get("metadata", {}).get("uid", "00000000-0000-4000-8000-000000000000")
    metadata["creationTimestamp"] = NOW
    admit(resource, new)
    prepare_create(resource, new, now=NOW)
    return new, validate_create(resource, new)


def patched(write: dict[str, Any], resource: Resource) -> Object:
    old, patch = copy.deepcopy(write["old"]), write["body"]
    match write.get("patch_type"):
        case "application/json-patch+json":
            document = json_patch(old, patch)
        case "application/merge-patch+json":
            document = merge_patch(old, patch)
        case _:
            document = strategic_merge(old, patch, schema_of(resource))
    return decoder_of(resource).decode_value(document).object


def update(write: dict[str, Any]) -> tuple[Object, list[FieldError]]:
    resource, old = resource_of(write), write["old"]
    if write["method"] == "PUT":
        new = decoder_of(resource).decode(json.dumps(write["body"]).encode()).object
    else:
        new = patched(write, resource)
    apply_defaults(resource, new)
    metadata = new["metadata"]
    metadata["resourceVersion"] = old["metadata"]["resourceVersion"]
    metadata.pop("generation", None)
    kept = ("generation", "creationTimestamp", "deletionTimestamp")
    metadata.update({key: old["metadata"][key] for key in kept if key in old["metadata"]})
    if resource.namespaced:
        metadata.setdefault("namespace", write["namespace"])
    metadata.setdefault("uid", old["metadata"]["uid"])
    prepare_update(resource, new, old, write["subresource"])
    return new, validate_update(resource, new, old, write["subresource"])


def answer_to(write: dict[str, Any]) -> Object:
    new, errors = create(write) if write["method"] == "POST" else update(write)
    if not errors:
        return new
    return failure_status(invalid(resource_of(write), new["metadata"].get("name", ""), errors))


def compared(answer: Object, ignored: list[str]) -> Object:
    """Leave out what the store adds, and what the recording says is not to be compared."""
    answer = copy.deepcopy(answer)
    for key in SYSTEM_FIELDS:
        answer.get("metadata", {}).pop(key, None)
    for path in ignored:
        parts = path.split(".")
        holders = [answer]
        for part in parts[:-1]:
            name = part.removesuffix("[*]")
            found = [holder[name] for holder in holders if name in holder]
            holders = [item for one in found for item in one] if part.endswith("[*]") else found
        for holder in holders:
            holder.pop(parts[-1], None)
    return answer


@pytest.mark.parametrize("write", RECORDED, ids=[write["name"].replace(" ", "-") for write in RECORDED])
def test_a_write_is_answered_as_it_was_recorded(write: dict[str, Any]) -> None:
    ignored = write.get("ignore", [])
    try:
        answer = answer_to(write)
    except ApiError as refused:
        answer = failure_status(refused)
    assert compared(answer, ignored) == compared(write["answer"], ignored)
