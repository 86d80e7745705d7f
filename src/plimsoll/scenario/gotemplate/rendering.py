"""Carries a template out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from plimsoll.scenario.gotemplate.functions import FUNCTIONS, LAZY
from plimsoll.scenario.gotemplate.nodes import (
    Body,
    Call,
    Group,
    If,
    Literal,
    Lookup,
    Node,
    Operand,
    Output,
    Pipeline,
    Range,
    TemplateError,
    Text,
    With,
)
from plimsoll.scenario.gotemplate.printing import is_true, printed

LARGEST_OUTPUT_CHARACTERS = 4 * 1024**2
"""More than an API server would take; a template that prints more is refused instead of filling the memory."""


class Renderer:
    """One rendering: the dot, the variables in scope, and what has been printed."""

    def __init__(self, data: Mapping[str, Any], *, missing_is_empty: bool) -> None:
        self._dot: Any = data
        self._scopes: list[dict[str, Any]] = [{"$": data}]
        self._missing_is_empty = missing_is_empty
        self._parts: list[str] = []
        self._characters = 0

    def text(self, body: Body) -> str:
        """What the body prints."""
        self._carry_out(body)
        return "".join(self._parts)

    def _carry_out(self, body: Body) -> None:
        for node in body:
            self._one(node)

    def _one(self, node: Node) -> None:
        match node:
            case Text(text):
                self._print(text, 0)
            case Output(pipeline):
                value = self._value(pipeline)
                if not pipeline.declares:
                    self._print(printed(value), pipeline.line)
            case If(branches, otherwise):
                self._if(branches, otherwise)
            case With(pipeline, body, otherwise):
                value = self._value(pipeline)
                with self._scope(value if is_true(value) else self._dot, {}):
                    self._carry_out(body if is_true(value) else otherwise)
            case Range():
                self._range(node)

    def _print(self, text: str, line: int) -> None:
        self._characters += len(text)
        if self._characters > LARGEST_OUTPUT_CHARACTERS:
            raise TemplateError(line, f"the template prints more than {LARGEST_OUTPUT_CHARACTERS // 1024**2} MiB")
        self._parts.append(text)

    def _if(self, branches: Iterable[tuple[Pipeline, Body]], otherwise: Body) -> None:
        with self._scope(self._dot, {}):
            for condition, body in branches:
                if is_true(self._value(condition)):
                    self._carry_out(body)
                    return
            self._carry_out(otherwise)

    def _range(self, node: Range) -> None:
        elements = _elements(self._value(node.pipeline, declare=False), node.pipeline.line)
        names = node.pipeline.declares
        for key, element in elements:
            variables = dict(zip(names, (key, element) if len(names) > 1 else (element,), strict=False))
            with self._scope(element, variables):
                self._carry_out(node.body)
        if not elements:
            self._carry_out(node.otherwise)

    @contextmanager
    def _scope(self, dot: Any, variables: dict[str, Any]) -> Iterator[None]:
        before, self._dot = self._dot, dot
        self._scopes.append(variables)
        yield
        self._scopes.pop()
        self._dot = before

    # --- values -----------------------------------------------------------------------------------------------------------

    def _value(self, pipeline: Pipeline, *, declare: bool = True) -> Any:
        value: Any = None
        for position, command in enumerate(pipeline.commands):
            value = self._command(command, [value] if position else [], pipeline.line)
        if declare and pipeline.declares:
            self._declare(pipeline, value)
        return value

    def _declare(self, pipeline: Pipeline, value: Any) -> None:
        name = pipeline.declares[0]
        if not pipeline.assigns:
            self._scopes[-1][name] = value
            return
        for scope in reversed(self._scopes):
            if name in scope:
                scope[name] = value
                return
        raise TemplateError(pipeline.line, f"the variable {name} has not been declared")

    def _command(self, command: Sequence[Operand], piped: list[Any], line: int) -> Any:
        first, *rest = command
        if not isinstance(first, Call):
            if piped:
                raise TemplateError(line, "a value can be piped into a function only")
            return self._operand(first, line)
        if first.name in LAZY and not piped:
            return self._lazily(first.name, rest, line)
        arguments = [*(self._operand(operand, line) for operand in rest), *piped]
        try:
            return FUNCTIONS[first.name](*arguments)
        except (TypeError, ValueError, ArithmeticError, LookupError, AttributeError) as error:
            raise TemplateError(line, f"`{first.name}` does not work with {_shown(arguments)}: {error}") from error

    def _lazily(self, name: str, operands: Iterable[Operand], line: int) -> Any:
        """``and`` and ``or`` stop at the first value that decides, as a guard before what would fail."""
        value: Any = None
        for operand in operands:
            value = self._operand(operand, line)
            if is_true(value) == (name == "or"):
                break
        return value

    def _operand(self, operand: Operand, line: int) -> Any:
        match operand:
            case Literal(value):
                return value
            case Lookup(None, path):
                return self._followed(self._dot, path, line)
            case Lookup(str(variable), path):
                return self._followed(self._variable(variable, line), path, line)
            case Group(pipeline, path):
                return self._followed(self._value(pipeline), path, line)
            case call:
                return self._command((call,), [], line)

    def _variable(self, name: str, line: int) -> Any:
        for scope in reversed(self._scopes):
            if name in scope:
                return scope[name]
        raise TemplateError(line, f"the variable {name} has not been declared")

    def _followed(self, value: Any, path: Iterable[str], line: int) -> Any:
        for key in path:
            if isinstance(value, Mapping) and key in value:
                value = value[key]
            elif self._missing_is_empty and (value is None or isinstance(value, Mapping)):
                value = None
            else:
                raise TemplateError(line, f"there is no value for .{key}")
        return value


def _elements(value: Any, line: int) -> list[tuple[Any, Any]]:
    if value is None:
        return []
    if isinstance(value, int) and not isinstance(value, bool):
        return [(number, number) for number in range(value)]
    if isinstance(value, Mapping):
        return sorted(value.items())
    if isinstance(value, Sequence) and not isinstance(value, str):
        return list(enumerate(value))
    raise TemplateError(line, f"range cannot go through {printed(value)}")


def _shown(arguments: Iterable[Any]) -> str:
    return ", ".join(printed(argument) for argument in arguments) or "no arguments"
