"""The part of objects that clients get who ask for their metadata only."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from plimsoll.kube.resources import Object

META_VERSION = "meta.k8s.io/v1"


def partial_metadata(object_: Object, api_version: str = META_VERSION) -> Object:
    """An object without anything but its metadata."""
    return {"kind": "PartialObjectMetadata", "apiVersion": api_version, "metadata": object_.get("metadata") or {}}


def partial_metadata_list(
    objects: Iterable[Object], metadata: Mapping[str, Any], api_version: str = META_VERSION
) -> Object:
    """A list of objects without anything but their metadata."""
    return {
        "kind": "PartialObjectMetadataList",
        "apiVersion": api_version,
        "metadata": dict(metadata),
        "items": [partial_metadata(object_, api_version) for object_ in objects],
    }
