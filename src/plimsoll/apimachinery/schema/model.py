"""The schema tree: one node for each place in an object."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from functools import cached_property
from typing import Any, Literal, TypeAlias

SchemaType: TypeAlias = Literal[
    "object",
    "map",
    "list",
    "string",
    "integer",
    "number",
    "boolean",
    "any",
    "quantity",
    "int-or-string",
    "time",
    "micro-time",
    "bytes",
]
ListType: TypeAlias = Literal["atomic", "set", "map"]
ZeroValue: TypeAlias = Literal["kept", "omitted", "null", "filled"]
Fields: TypeAlias = Mapping[str, "Schema"]


class Absent(Enum):
    """The type of :data:`ABSENT`."""

    ABSENT = "absent"


ABSENT = Absent.ABSENT
"""Where a schema declares no default: ``null`` would be one."""


@dataclass(frozen=True, eq=False)
class Schema:
    """What may stand at one place of an object, and how it merges with what stands there already.

    Nodes are compared by identity: the type of a built-in is one node, and a field of that type is another, since the
    merge keys and defaults belong to the field. Both share one mapping of fields.
    """

    type: SchemaType
    type_name: str = ""
    """The component's name, e.g. ``io.k8s.api.core.v1.Container``; empty within a custom resource."""
    required: frozenset[str] = frozenset()
    element: Schema | None = None
    """What a list or a map holds; none where ``type`` is neither."""
    list_type: ListType = "atomic"
    list_keys: tuple[str, ...] = ()
    atomic_map: bool = False
    """Whether apply replaces this object or map as a whole (``x-kubernetes-map-type: atomic``)."""
    patch_strategy: frozenset[str] = frozenset()
    """Of ``merge``, ``replace`` and ``retainKeys``: how a strategic merge patch treats it."""
    merge_key: str | None = None
    """By which field a strategic merge patch matches list items; none in lists of plain values."""
    preserve_unknown: bool = False
    nullable: bool = False
    """Whether ``null`` is a value here rather than an absence; only custom resources have such places."""
    format: str = ""
    enum: tuple[str, ...] = ()
    """The values that a text may have, where they are counted; it is for the validation to refuse others."""
    default: Any = ABSENT
    zero: ZeroValue = "kept"
    """What becomes of a Go zero value on the way through the server, which decodes into structures and encodes them.

    ``omitted``: zero values vanish (``omitempty``). ``kept``: only ``null`` vanishes (pointers, custom resources).
    ``null``: the field shows as ``null`` where it is absent. ``filled``: it shows as its type's zero, such as ``{}``.
    """
    embedded_resource: bool = False
    declared_fields: Fields | Callable[[], Fields] = field(default_factory=dict, repr=False)

    @cached_property
    def fields(self) -> Fields:
        """The schema of each field by its name; resolved when first asked for, since types may contain themselves."""
        return self.declared_fields() if callable(self.declared_fields) else self.declared_fields
