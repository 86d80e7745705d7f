"""Other forms of objects: Tables, and metadata without the rest."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, cast

from plimsoll.apimachinery.tables import (
    IncludeObject,
    custom_layout,
    layout_of,
    partial_metadata,
    partial_metadata_list,
    table,
)
from plimsoll.apimachinery.validation.fielderrors import quote
from plimsoll.errors import ApiError
from plimsoll.kube.resources import CUSTOMRESOURCEDEFINITIONS
from plimsoll.registry.refusals import bad_request
from plimsoll.registry.requests import Listing, WatchEvent
from plimsoll.serve.encoding import EventEncoder, list_metadata
from plimsoll.serve.negotiation import META_GROUP

if TYPE_CHECKING:
    from plimsoll.apimachinery.kinds import APIResource
    from plimsoll.apimachinery.tables.columns import Layout
    from plimsoll.kube.resources import Object
    from plimsoll.registry.backing import Backing
    from plimsoll.serve.negotiation import Representation

METADATA = "PartialObjectMetadata"
METADATA_LIST = "PartialObjectMetadataList"
INCLUDED = frozenset({"None", "Metadata", "Object"})


class Views:
    """Turns objects and lists into the form that a client asked for."""

    def __init__(self, backing: Backing) -> None:
        self._backing = backing
        self._metadata_encoders: dict[str, EventEncoder] = {}

    def transform(
        self, row: APIResource, value: Object | Listing, representation: Representation, options: Mapping[str, str]
    ) -> Any:
        """A list or an object in another form; a Status stays what it is. ``ApiError(406)`` where it has no such form."""
        if not isinstance(value, Listing) and value.get("kind") == "Status":
            return value
        if representation.form == "table":
            return self._table(row, value, representation, options)
        return _metadata_view(row, value, representation)

    def event_encoder(
        self, row: APIResource, representation: Representation, options: Mapping[str, str]
    ) -> EventEncoder:
        """The encoder of one watch's events. All watches of bare metadata share one.

        The first event of a watch of Tables has the columns, which the others go without.
        """
        if representation.form == "table":
            layouts = iter([self._layout(row)])

            def as_table(event: WatchEvent) -> Object:
                shown = self._table(row, event.object, representation, options)
                return shown if next(layouts, None) else {**shown, "columnDefinitions": None}

            return EventEncoder(as_table)
        version = representation.version
        if version not in self._metadata_encoders:
            api_version = f"{META_GROUP}/{version}"
            self._metadata_encoders[version] = EventEncoder(lambda event: partial_metadata(event.object, api_version))
        return self._metadata_encoders[version]

    def _table(
        self, row: APIResource, value: Object | Listing, representation: Representation, options: Mapping[str, str]
    ) -> Object:
        included = options.get("includeObject") or "Metadata"
        if included not in INCLUDED:
            fault = f"includeObject: Invalid value: {quote(included)}: must be 'Metadata', 'Object', 'None', or empty"
            raise bad_request(f"Unable to convert to Table as requested: {fault}")
        if isinstance(value, Listing):
            items, metadata = value.items, list_metadata(value)
        else:
            items, metadata = (value,), {"resourceVersion": value["metadata"].get("resourceVersion", "")}
        return table(
            self._layout(row),
            items,
            self._backing.identity.now_seconds,
            cast("IncludeObject", included),
            metadata=metadata,
            api_version=f"{META_GROUP}/{representation.version}",
        )

    def _layout(self, row: APIResource) -> Layout:
        if not row.is_custom:
            return layout_of(row.resource)
        resource = row.resource
        definitions = self._backing.store.collection(CUSTOMRESOURCEDEFINITIONS)
        definition = definitions.find("", f"{resource.plural}.{resource.group}") or {"spec": {"versions": ()}}
        columns = [
            version.get("additionalPrinterColumns") or ()
            for version in definition["spec"]["versions"]
            if version["name"] == resource.version
        ]
        return custom_layout(columns[0] if columns else ())


def _metadata_view(row: APIResource, value: Object | Listing, representation: Representation) -> Object:
    api_version = f"{META_GROUP}/{representation.version}"
    if isinstance(value, Listing):
        if representation.kind != METADATA_LIST:
            raise _mismatch(representation.kind, f"a list (*{_go_type(row)}List)")
        return partial_metadata_list(value.items, list_metadata(value), api_version)
    if representation.kind != METADATA:
        raise _mismatch(representation.kind, f"not a list (*{_go_type(row)})")
    return partial_metadata(value, api_version)


def _go_type(row: APIResource) -> str:
    """The type that a real server keeps objects of a kind in."""
    if row.is_custom:
        return "unstructured.Unstructured"
    return f"{row.resource.group.partition('.')[0] or 'core'}.{row.resource.kind}"


def _mismatch(wanted: str, actual: str) -> ApiError:
    return ApiError(406, "NotAcceptable", f"you requested {wanted}, but the requested object is {actual}")
