"""The ``fieldValidation`` parameter: whether unknown and repeated fields are refused, warned about or passed over."""

from __future__ import annotations

from typing import Literal, TypeAlias, cast

from plimsoll.apimachinery.decoding.decoder import Decoded
from plimsoll.apimachinery.decoding.expectations import ObjectKind, cannot_handle
from plimsoll.errors import ApiError

FieldValidation: TypeAlias = Literal["Ignore", "Warn", "Strict"]

_UNPROCESSABLE = 422
_SUPPORTED = ("", "Ignore", "Strict", "Warn")


def field_validation(value: str, options_kind: str) -> FieldValidation:
    """Return the directive of a request, ``Warn`` where it gives none.

    ``options_kind`` is ``CreateOptions``, ``UpdateOptions`` or ``PatchOptions``: an ``ApiError`` 422 names it where the
    value is not supported.
    """
    if value in _SUPPORTED:
        return cast("FieldValidation", value or "Warn")
    supported = ", ".join(f'"{name}"' for name in _SUPPORTED)
    problem = f'Unsupported value: "{value}": supported values: {supported}'
    raise ApiError(
        _UNPROCESSABLE,
        "Invalid",
        f'{options_kind}.meta.k8s.io "" is invalid: fieldValidation: {problem}',
        details={
            "group": "meta.k8s.io",
            "kind": options_kind,
            "causes": [{"reason": "FieldValueNotSupported", "message": problem, "field": "fieldValidation"}],
        },
    )


def checked_fields(decoded: Decoded, directive: FieldValidation, expected: ObjectKind) -> tuple[str, ...]:
    """Return the warnings to send with the answer; ``ApiError`` 400 where strict validation refuses the object."""
    if not decoded.problems or directive == "Ignore":
        return ()
    if directive == "Warn":
        return decoded.problems
    raise cannot_handle(expected, expected, strict_problem(decoded.problems))


def strict_problem(problems: tuple[str, ...]) -> str:
    """Word all problems as one, as strict decoding does."""
    return "strict decoding error: " + ", ".join(problems)
