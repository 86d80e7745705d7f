"""What a template is made of once it has been read. Every node knows its line, counted from 1."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeAlias


class TemplateError(ValueError):
    """A template that cannot be read or carried out, and the line at which that shows."""

    def __init__(self, line: int, problem: str) -> None:
        super().__init__(f"line {line}: {problem}")
        self.line = line
        self.problem = problem


@dataclass(frozen=True, slots=True)
class Literal:
    """A constant: text, a number, true, false or nil."""

    value: Any


@dataclass(frozen=True, slots=True)
class Lookup:
    """``.a.b``: from the dot where ``variable`` is None, else from that variable (``$`` is the data itself)."""

    variable: str | None
    path: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Call:
    """A function by name; what follows it in its command are its arguments."""

    name: str


@dataclass(frozen=True, slots=True)
class Group:
    """``(pipeline).a.b``."""

    pipeline: Pipeline
    path: tuple[str, ...]


Operand: TypeAlias = Literal | Lookup | Call | Group


@dataclass(frozen=True, slots=True)
class Pipeline:
    """Commands, each of which gets the value of the one before as its last argument.

    ``declares`` are variables that take the value (two in a range: index and element); ``assigns`` tells ``=`` from ``:=``.
    """

    line: int
    commands: tuple[tuple[Operand, ...], ...]
    declares: tuple[str, ...] = ()
    assigns: bool = False


@dataclass(frozen=True, slots=True)
class Text:
    """What stands outside of actions."""

    text: str


@dataclass(frozen=True, slots=True)
class Output:
    """``{{ pipeline }}``: prints its value, unless it sets a variable."""

    pipeline: Pipeline


@dataclass(frozen=True, slots=True)
class If:
    """``if … else if … else … end``: the first branch whose pipeline is true."""

    branches: tuple[tuple[Pipeline, Body], ...]
    otherwise: Body


@dataclass(frozen=True, slots=True)
class With:
    """``with``: the body with the value as its dot, if that is not empty."""

    pipeline: Pipeline
    body: Body
    otherwise: Body


@dataclass(frozen=True, slots=True)
class Range:
    """``range``: the body for each element, which is its dot."""

    pipeline: Pipeline
    body: Body
    otherwise: Body


Node: TypeAlias = Text | Output | If | With | Range
Body: TypeAlias = tuple[Node, ...]
