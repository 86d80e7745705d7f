"""Errors of single fields, and the answer that lists them (apimachinery, pkg/util/validation/field/errors.go)."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from plimsoll.errors import ApiError
from plimsoll.kube.resources import Resource

Errors = Iterator["FieldError"]
"""What the checks yield, in the order in which the API lists it."""

OMITTED: Final = object()
"""Stands for a bad value that the message does not show."""

_WORDS = {
    "FieldValueNotFound": "Not found",
    "FieldValueRequired": "Required value",
    "FieldValueDuplicate": "Duplicate value",
    "FieldValueInvalid": "Invalid value",
    "FieldValueNotSupported": "Unsupported value",
    "FieldValueForbidden": "Forbidden",
    "FieldValueTooLong": "Too long",
    "FieldValueTooMany": "Too many",
    "FieldValueTooFew": "Too few",
    "FieldValueTooShort": "Too short",
    "FieldValueTypeInvalid": "Invalid value",
    "InternalError": "Internal error",
}
_WITHOUT_VALUE = {
    "FieldValueRequired",
    "FieldValueForbidden",
    "FieldValueTooLong",
    "FieldValueTooShort",
    "InternalError",
}


@dataclass(frozen=True, slots=True)
class FieldError:
    """One fault of one field; ``type`` is the reason that the causes of a Status carry, e.g. ``FieldValueInvalid``."""

    type: str
    field: str
    bad_value: Any = OMITTED
    detail: str = ""

    @property
    def body(self) -> str:
        """The message without the field's name."""
        text = _WORDS[self.type]
        if self.type not in _WITHOUT_VALUE and self.bad_value is not OMITTED:
            text += f": {render(self.bad_value)}"
        return f"{text}: {self.detail}" if self.detail else text

    def __str__(self) -> str:
        return f"{self.field}: {self.body}"


def required(field: str, detail: str = "") -> FieldError:
    """Report that a field must be given."""
    return FieldError("FieldValueRequired", field, "", detail)


def invalid_value(field: str, value: Any, detail: str) -> FieldError:
    """Report a malformed value, or one out of bounds."""
    return FieldError("FieldValueInvalid", field, value, detail)


def duplicate(field: str, value: Any) -> FieldError:
    """Report a value that must be unique."""
    return FieldError("FieldValueDuplicate", field, value)


def not_supported(field: str, value: Any, supported: Iterable[str]) -> FieldError:
    """Report a value that is not one of a list; the list is shown in its order."""
    listed = ", ".join(map(quote, supported))
    return FieldError("FieldValueNotSupported", field, value, f"supported values: {listed}" if listed else "")


def forbidden(field: str, detail: str) -> FieldError:
    """Report a value that would be right elsewhere."""
    return FieldError("FieldValueForbidden", field, "", detail)


def not_found(field: str, value: Any) -> FieldError:
    """Report a reference that leads nowhere."""
    return FieldError("FieldValueNotFound", field, value)


def too_long(field: str, most_bytes: int) -> FieldError:
    """Report a text or a map that is too long; the message does not repeat it."""
    unit = "byte" if most_bytes == 1 else "bytes"
    return FieldError("FieldValueTooLong", field, OMITTED, f"may not be more than {most_bytes} {unit}")


def too_many(field: str, actual: int, most: int) -> FieldError:
    """Report a list with too many items."""
    return FieldError("FieldValueTooMany", field, actual, f"must have at most {most} item{'s' if most != 1 else ''}")


def invalid(resource: Resource, name: str, errors: Sequence[FieldError]) -> ApiError:
    """Return the 422 that lists the errors of one object: all as causes, and in the message each text once."""
    group = resource.group if resource.group != "events.k8s.io" else ""  # its events are those of the core group
    qualified = f"{resource.kind}.{group}" if group else resource.kind
    texts = list(dict.fromkeys(map(str, errors)))
    listed = texts[0] if len(texts) == 1 else f"[{', '.join(texts)}]"
    details: dict[str, object] = {"name": name, "group": group, "kind": resource.kind}
    causes = [{"reason": error.type, "message": error.body, "field": error.field} for error in errors]
    details = {key: value for key, value in details.items() if value} | ({"causes": causes} if causes else {})
    return ApiError(422, "Invalid", f'{qualified} "{name}" is invalid: {listed}', details=details)


def render(value: Any) -> str:
    """Write a bad value as Go does: numbers plainly, texts quoted, everything else as JSON."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return f"{value:g}" if isinstance(value, float) else str(value)
    if isinstance(value, str):
        return quote(value)
    text = json.dumps(value, separators=(",", ":"), ensure_ascii=False)
    for mark, escape in (("<", "\\u003c"), (">", "\\u003e"), ("&", "\\u0026")):
        text = text.replace(mark, escape)
    return text


_ESCAPES = {
    '"': '\\"',
    "\\": "\\\\",
    "\n": "\\n",
    "\t": "\\t",
    "\r": "\\r",
    "\a": "\\a",
    "\b": "\\b",
    "\f": "\\f",
    "\v": "\\v",
}


def quote(text: str) -> str:
    """Quote a text as Go's ``%q`` does."""
    return '"' + "".join(_ESCAPES.get(mark) or _spelled(mark) for mark in text) + '"'


def _spelled(mark: str) -> str:
    if mark == " " or mark.isprintable():
        return mark
    code = ord(mark)
    if code <= 0x7F:  # noqa: PLR2004 - the end of ASCII
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"  # noqa: PLR2004 - the end of the first plane
