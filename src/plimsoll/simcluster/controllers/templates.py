"""Pod templates: their hash, when two are the same, and the pods that are made from them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from plimsoll.kube.names import SAFE_ALPHABET
from plimsoll.simcluster.controllers.ownership import reference_to

if TYPE_CHECKING:
    from plimsoll.kube.resources import Object

HASH_LABEL = "pod-template-hash"

_FNV_OFFSET = 0x811C9DC5
_FNV_PRIME = 0x01000193


def content_hash(content: object, collisions: int | None = None) -> str:
    """A hash as controllers put it into names: 32-bit FNV-1a as a decimal number, its digits in the safe alphabet.

    The form is Kubernetes' (pkg/controller, ComputeHash; apimachinery rand.SafeEncodeString); what is hashed is not Go's
    print of a struct but the object's JSON, so the same template has another hash here than there.
    """
    text = json.dumps(content, sort_keys=True, separators=(",", ":"))
    if collisions:
        text += str(collisions)
    value = _FNV_OFFSET
    for byte in text.encode():
        value = (value ^ byte) * _FNV_PRIME & 0xFFFFFFFF
    return "".join(SAFE_ALPHABET[ord(digit) % len(SAFE_ALPHABET)] for digit in str(value))


def without_hash(template: Object) -> Object:
    """A template without the label that its hash is kept in."""
    metadata = template.get("metadata") or {}
    labels = {key: value for key, value in (metadata.get("labels") or {}).items() if key != HASH_LABEL}
    return {**template, "metadata": {**metadata, "labels": labels}}


def same_template(one: Object, other: Object) -> bool:
    """Whether two templates make the same pods, their hashes aside."""
    return one is other or without_hash(one) == without_hash(other)


def pod_metadata(owner: Object, template: Object) -> Object:
    """The metadata of a pod that ``owner`` makes: the template's labels, annotations and finalizers, and the owner."""
    metadata = template.get("metadata") or {}
    parts = {key: metadata[key] for key in ("labels", "annotations", "finalizers") if metadata.get(key)}
    return {
        "generateName": f"{owner['metadata']['name']}-",
        **parts,
        "ownerReferences": [reference_to(owner)],
    }
