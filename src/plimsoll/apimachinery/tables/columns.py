"""Columns of Tables, and the layout that a kind's objects are shown in."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from plimsoll.kube.resources import Object

Cells = Callable[[Object, float], list[Any]]
"""Makes the cells of an object's row; the second argument is the time now, in Unix seconds, which ages need."""

_DESCRIPTIONS: Mapping[str, str] = MappingProxyType(
    {
        "Name": "The name, which is unique among the objects of this kind in their namespace.",
        "Age": "How long ago the object was created.",
        "Created At": "When the object was created.",
        "Ready": "How many of the parts that are wanted are ready.",
        "Status": "What state the object is in, in one word.",
        "Restarts": "How often containers were restarted, and how long ago the last time was.",
        "IP": "The address of the pod.",
        "Node": "The node that the pod runs on.",
        "Nominated Node": "The node on which pods are evicted to make room for this one.",
        "Readiness Gates": "How many of the further conditions for readiness are met.",
        "Containers": "The names of the containers.",
        "Images": "The images that the containers run.",
        "Selector": "The labels of the pods that belong to the object.",
    }
)


@dataclass(frozen=True, slots=True)
class Column:
    """One column: wide output alone shows those whose priority is over zero."""

    name: str
    type: str = "string"
    format: str = ""
    priority: int = 0
    description: str = ""

    def definition(self) -> Object:
        """The column as a Table has it."""
        return {
            "name": self.name,
            "type": self.type,
            "format": self.format,
            "description": self.description or _DESCRIPTIONS.get(self.name, f"The {self.name.lower()} of the object."),
            "priority": self.priority,
        }


@dataclass(frozen=True, slots=True)
class Layout:
    """How objects of one kind are shown."""

    columns: tuple[Column, ...]
    cells: Cells
    conditions: Callable[[Object], list[Object]] | None = None
    """Makes the conditions of a row, by which clients hide rows that are of no interest any more."""

    order: Callable[[Object], Any] | None = None
    """Sorts the rows by what it returns; without it they keep the order of the objects."""


NAME = Column("Name", format="name")
AGE = Column("Age")
CONTAINER_COLUMNS = (Column("Containers", priority=1), Column("Images", priority=1))
SELECTOR = Column("Selector", priority=1)


def named(*names: str) -> tuple[Column, ...]:
    """Columns of text."""
    return tuple(map(Column, names))


def counted(*names: str) -> tuple[Column, ...]:
    """Columns of numbers."""
    return tuple(Column(name, "integer") for name in names)


def wide(*names: str) -> tuple[Column, ...]:
    """Columns of text that wide output alone shows."""
    return tuple(Column(name, priority=1) for name in names)
