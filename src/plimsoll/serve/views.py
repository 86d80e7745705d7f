"""Other forms of objects: Tables, and metadata without the rest."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from plimsoll.errors import ApiError
from plimsoll.registry.requests import Listing
from plimsoll.serve.encoding import EventEncoder, list_metadata
from plimsoll.serve.negotiation import META_GROUP

if TYPE_CHECKING:
    from plimsoll.apimachinery.kinds import APIResource
    from plimsoll.kube.resources import Object
    from plimsoll.serve.negotiation import Representation

METADATA = "PartialObjectMetadata"
METADATA_LIST = "PartialObjectMetadataList"


class Views:
    """Turns objects and lists into the form that a client asked for."""

    def __init__(self) -> None:
        self._metadata_encoders: dict[str, EventEncoder] = {}

    def transform(
        self, row: APIResource, value: Object | Listing, representation: Representation, options: Mapping[str, str]
    ) -> Any:
        """A list or an object in another form; a Status stays what it is. ``ApiError(406)`` where it has no such form."""
        if not isinstance(value, Listing) and value.get("kind") == "Status":
            return value
        del options
        return _metadata_view(row, value, representation)

    def event_encoder(
        self, row: APIResource, representation: Representation, options: Mapping[str, str]
    ) -> EventEncoder:
        """The encoder of one watch's events. All watches of bare metadata share one."""
        del row, options
        version = representation.version
        if version not in self._metadata_encoders:
            self._metadata_encoders[version] = EventEncoder(lambda event: partial_metadata(event.object, version))
        return self._metadata_encoders[version]


def partial_metadata(value: Object, version: str) -> Object:
    """An object's metadata and nothing else."""
    return {"kind": METADATA, "apiVersion": f"{META_GROUP}/{version}", "metadata": value["metadata"]}


def _metadata_view(row: APIResource, value: Object | Listing, representation: Representation) -> Object:
    version = representation.version
    if isinstance(value, Listing):
        if representation.kind != METADATA_LIST:
            raise _mismatch(representation.kind, f"a list (*{_go_type(row)}List)")
        return {
            "kind": METADATA_LIST,
            "apiVersion": f"{META_GROUP}/{version}",
            "metadata": list_metadata(value),
            "items": [partial_metadata(item, version) for item in value.items],
        }
    if representation.kind != METADATA:
        raise _mismatch(representation.kind, f"not a list (*{_go_type(row)})")
    return partial_metadata(value, version)


def _go_type(row: APIResource) -> str:
    """The type that a real server keeps objects of a kind in."""
    if row.is_custom:
        return "unstructured.Unstructured"
    return f"{row.resource.group.partition('.')[0] or 'core'}.{row.resource.kind}"


def _mismatch(wanted: str, actual: str) -> ApiError:
    return ApiError(406, "NotAcceptable", f"you requested {wanted}, but the requested object is {actual}")
