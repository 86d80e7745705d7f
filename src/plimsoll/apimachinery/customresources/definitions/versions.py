"""Checks of the versions of a definition: names, deprecation, subresources, columns, selectable fields."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from plimsoll.apimachinery.customresources.definitions.schemas import schema_errors
from plimsoll.apimachinery.customresources.fieldpaths import PathError, declared_schema
from plimsoll.apimachinery.naming import dns_1035_label
from plimsoll.apimachinery.validation.fielderrors import FieldError, duplicate, invalid_value, required, too_many
from plimsoll.kube.resources import Object

HOISTED = ("schema", "subresources", "additionalPrinterColumns", "selectableFields")
"""The parts of versions that the server moves to the spec where all versions have the same."""

_COLUMN_TYPES = ("boolean", "date", "integer", "number", "string")
_COLUMN_FORMATS = ("byte", "date", "date-time", "double", "float", "int32", "int64", "password")
_MAX_SELECTABLE_FIELDS = 8
_MAX_WARNING_BYTES = 256


def version_errors(version: Object, path: str, hoisted: Collection[str]) -> Iterator[FieldError]:
    """What is wrong with one version, the hoisted parts left out."""
    if problems := dns_1035_label(version.get("name") or ""):
        yield invalid_value(f"{path}.name", version.get("name") or "", ",".join(problems))
    yield from _deprecation_errors(version, path)
    schema = (version.get("schema") or {}).get("openAPIV3Schema")
    subresources = version.get("subresources")
    if "schema" not in hoisted and schema:
        has_status = (subresources or {}).get("status") is not None
        yield from schema_errors(schema, f"{path}.schema.openAPIV3Schema", has_status=has_status)
    if "subresources" not in hoisted:
        yield from subresource_errors(subresources, f"{path}.subresources")
    if "additionalPrinterColumns" not in hoisted:
        yield from column_errors(version.get("additionalPrinterColumns"), f"{path}.additionalPrinterColumns")
    if "selectableFields" not in hoisted:
        yield from selectable_field_errors(version.get("selectableFields"), schema or {}, f"{path}.selectableFields")


def _deprecation_errors(version: Object, path: str) -> Iterator[FieldError]:
    warning = version.get("deprecationWarning")
    if warning is None:
        return
    if not version.get("deprecated"):
        yield invalid_value(f"{path}.deprecationWarning", warning, "can only be set for deprecated versions")
        return
    if len(warning.encode()) > _MAX_WARNING_BYTES:
        yield invalid_value(f"{path}.deprecationWarning", warning, f"must be <= {_MAX_WARNING_BYTES} characters long")
    if not warning:
        yield invalid_value(f"{path}.deprecationWarning", warning, "must not be an empty string")


def subresource_errors(subresources: Object | None, path: str) -> Iterator[FieldError]:
    """What is wrong with the paths of a scale."""
    scale = (subresources or {}).get("scale")
    if scale is None:
        return
    for name, root in (("specReplicasPath", ".spec"), ("statusReplicasPath", ".status")):
        text = scale.get(name) or ""
        if not text:
            yield required(f"{path}.scale.{name}")
        elif not text.startswith("."):
            yield invalid_value(f"{path}.scale.{name}", text, "must be a simple json path starting with .")
        elif not text.startswith(f"{root}."):
            yield invalid_value(f"{path}.scale.{name}", text, f"should be a json path under {root}")
    selector = scale.get("labelSelectorPath") or ""
    if selector and not selector.startswith("."):
        detail = "must be a simple json path starting with ."
        yield invalid_value(f"{path}.scale.labelSelectorPath", selector, detail)
    elif selector and not selector.startswith((".spec.", ".status.")):
        detail = "should be a json path under either .spec or .status"
        yield invalid_value(f"{path}.scale.labelSelectorPath", selector, detail)


def column_errors(columns: Sequence[Object] | None, path: str) -> Iterator[FieldError]:
    """What is wrong with printer columns."""
    for index, column in enumerate(columns or ()):
        place = f"{path}[{index}]"
        kind, form, json_path = column.get("type") or "", column.get("format") or "", column.get("jsonPath") or ""
        if not column.get("name"):
            yield required(f"{place}.name")
        listed = f"must be one of {','.join(_COLUMN_TYPES)}"
        if not kind:
            yield required(f"{place}.type", listed)
        elif kind not in _COLUMN_TYPES:
            yield invalid_value(f"{place}.type", kind, listed)
        if form and form not in _COLUMN_FORMATS:
            yield invalid_value(f"{place}.format", form, f"must be one of {','.join(_COLUMN_FORMATS)}")
        if not json_path:
            yield required(f"{place}.JSONPath")
        elif not json_path.startswith("."):
            yield invalid_value(f"{place}.JSONPath", json_path, "must be a simple json path starting with .")


def selectable_field_errors(fields: Sequence[Object] | None, schema: Object, path: str) -> Iterator[FieldError]:
    """What is wrong with selectable fields: they must be scalars that the schema declares."""
    seen: set[str] = set()
    for index, field in enumerate(fields or ()):
        place, text = f"{path}[{index}].jsonPath", field.get("jsonPath") or ""
        if not text:
            yield required(place)
            continue
        try:
            kind = declared_schema(schema, text, brackets=False).get("type")
        except PathError as error:
            yield invalid_value(place, text, f"is an invalid path: {error}")
            continue
        if text.removeprefix(".").split(".")[0] == "metadata":
            yield invalid_value(place, text, "must not point to fields in metadata")
        if kind not in {"string", "boolean", "integer"}:
            detail = (
                "must point to a field of type string, boolean or integer."
                " Enum string fields and strings with formats are allowed."
            )
            yield invalid_value(place, text, detail)
        if text in seen:
            yield duplicate(place, text)
        seen.add(text)
    if len(seen) > _MAX_SELECTABLE_FIELDS:
        yield too_many(path, len(seen), _MAX_SELECTABLE_FIELDS)
