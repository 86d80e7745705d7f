"""Kinds of values that scenarios are made of, each with its range, its spellings and its JSON Schema."""

from __future__ import annotations

import re
from typing import Annotated, Any, TypeVar

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    Strict,
    WithJsonSchema,
)
from pydantic.alias_generators import to_camel

from plimsoll.kube.durations import format_duration, parse_duration
from plimsoll.kube.names import LONGEST_LABEL, is_label
from plimsoll.kube.quantities import format_cpu, parse_cpu, parse_memory

Item = TypeVar("Item")

MAX_OBJECTS = 10_000_000
"""The most objects of one group or namespaces of one job; beyond it a typing error is likelier than a wish."""


LONGEST_SECONDS = 3_155_760_000
"""The longest duration: a hundred years."""

_LARGEST_INTEGER = 2**63 - 1  # what a quantity of Kubernetes holds


class Model(BaseModel):
    """Base of every part of a scenario: immutable, strict about types, camelCase in files, unknown keys refused."""

    model_config = ConfigDict(
        frozen=True, strict=True, extra="forbid", alias_generator=to_camel, populate_by_name=True, allow_inf_nan=False
    )


def _spelled(pattern: str, description: str, *, minimum: int = 0) -> WithJsonSchema:
    number = {"type": "number", "minimum": minimum}
    return WithJsonSchema({"anyOf": [number, {"type": "string", "pattern": pattern}], "description": description})


_QUANTITY_PATTERN = r"^[0-9]*\.?[0-9]+([eE][+-]?[0-9]+|([numkMGTPE]|[KMGTPE]i)?B?)$"

Seconds = Annotated[
    float,
    BeforeValidator(parse_duration),
    Field(le=LONGEST_SECONDS),
    PlainSerializer(format_duration, return_type=str, when_used="json"),
    _spelled(r"^([0-9]*\.?[0-9]+(ms|s|m|h|d)?)+$", "A duration: 300ms, 30s, 10m, 1h30m, or a number of seconds."),
]
PositiveSeconds = Annotated[Seconds, Field(gt=0)]

Millicores = Annotated[
    int,
    BeforeValidator(parse_cpu),
    Field(le=_LARGEST_INTEGER),
    PlainSerializer(format_cpu, return_type=str, when_used="json"),
    _spelled(_QUANTITY_PATTERN, "Processor cores: 2, 0.5 or 500m."),
]
Bytes = Annotated[
    int,
    BeforeValidator(parse_memory),
    Field(le=_LARGEST_INTEGER),
    _spelled(_QUANTITY_PATTERN, "Bytes: 64Mi, 10MB, 100kB or a number."),
]
PositiveBytes = Annotated[Bytes, Field(gt=0)]
BitsPerSecond = Annotated[
    int,
    BeforeValidator(parse_memory),
    Field(gt=0, le=_LARGEST_INTEGER),
    _spelled(_QUANTITY_PATTERN, "Bits per second: 10G, 720M or a number."),
]

Share = Annotated[float, Field(ge=0, le=1)]
Rate = Annotated[float, Field(gt=0, le=1_000_000)]
Count = Annotated[int, Field(ge=1, le=MAX_OBJECTS)]


def _label(name: str) -> str:
    if not is_label(name):
        raise ValueError(
            f"{name[:80]!r} is no DNS-1123 label: at most {LONGEST_LABEL} lower-case letters, digits and '-', "
            "beginning and ending with a letter or a digit"
        )
    return name


Label = Annotated[
    str,
    AfterValidator(_label),
    WithJsonSchema({"type": "string", "pattern": "^[a-z0-9]([-a-z0-9]*[a-z0-9])?$", "maxLength": LONGEST_LABEL}),
]

Many = Annotated[tuple[Item, ...], Strict(strict=False)]
"""A list in a file, a tuple in the model."""


def _labels(labels: dict[str, str]) -> dict[str, str]:
    for key, value in labels.items():
        if not _LABEL_KEY.fullmatch(key):
            raise ValueError(f"{key[:80]!r} cannot be the key of a label")
        if not _LABEL_VALUE.fullmatch(value):
            raise ValueError(f"{value[:80]!r} cannot be the value of a label")
    return labels


_LABEL_VALUE = re.compile(r"([A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?)?")
_LABEL_KEY = re.compile(r"([a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?/)?[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?")

Labels = Annotated[dict[str, str], AfterValidator(_labels)]
"""Labels and node selectors, as ``k8s.io/apimachinery/pkg/util/validation`` allows them."""

Annotations = dict[str, str]
Json = dict[str, Any]
