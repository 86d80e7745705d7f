"""The ways in which a PATCH can say what to change, by the names that we give them."""

from __future__ import annotations

from typing import Literal, TypeAlias

from plimsoll.kube.resources import Object

PatchFormat = Literal["merge", "strategic", "json", "apply"]
"""RFC 7396, Kubernetes' strategic merge, RFC 6902, and server-side apply."""

Patch: TypeAlias = Object | list[Object]
"""What to change: a JSON patch is a list of operations, every other format an object."""

CONTENT_TYPES: dict[PatchFormat, str] = {
    "merge": "application/merge-patch+json",
    "strategic": "application/strategic-merge-patch+json",
    "json": "application/json-patch+json",
    "apply": "application/apply-patch+yaml",
}
"""What a request says of its body (apimachinery, pkg/types/patch.go)."""
