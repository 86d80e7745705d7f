"""Reads a template's pieces into nodes."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from plimsoll.scenario.gotemplate.functions import FUNCTIONS
from plimsoll.scenario.gotemplate.lexing import Piece, Token, split
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
from plimsoll.scenario.gotemplate.rendering import Renderer

_CONSTANTS = {"true": True, "false": False, "nil": None}
_UNSUPPORTED = frozenset({"define", "template", "block", "break", "continue", "include"})
_CLAUSES = frozenset({"else", "end"})


@dataclass(frozen=True, slots=True)
class Template:
    """A template that has been read; ``render`` may be called any number of times."""

    body: Body

    def render(self, data: Mapping[str, Any], *, missing_is_empty: bool = False) -> str:
        """The text with the data filled in. :class:`TemplateError` where a key or function does not fit.

        A key that the data lack is an error, or ``<no value>`` where ``missing_is_empty``.
        """
        return Renderer(data, missing_is_empty=missing_is_empty).text(self.body)


def parse(text: str) -> Template:
    """Read a template; :class:`TemplateError` names the line of what is not understood."""
    reader = _Reader(list(split(text)))
    body = reader.body()
    if reader.clause is not None:
        raise TemplateError(reader.clause[0].line, f"`{reader.clause[0].text}` has nothing that it could end")
    return Template(body)


class _Reader:
    """Goes through the pieces; ``clause`` is the ``else`` or ``end`` at which the last body stopped."""

    def __init__(self, pieces: list[Piece]) -> None:
        self.clause: tuple[Token, ...] | None = None
        self._pieces = pieces
        self._next = 0

    def body(self) -> Body:
        nodes: list[Node] = []
        while self._next < len(self._pieces):
            piece = self._pieces[self._next]
            self._next += 1
            if piece.tokens is None:
                nodes += [Text(piece.text)] if piece.text else []
            elif piece.tokens[0].text in _CLAUSES:
                self.clause = piece.tokens
                return tuple(nodes)
            else:
                nodes.append(self._action(piece.tokens))
        self.clause = None
        return tuple(nodes)

    def _action(self, tokens: tuple[Token, ...]) -> Node:
        keyword = tokens[0].text
        if keyword in _UNSUPPORTED:
            raise TemplateError(tokens[0].line, f"`{keyword}` is not supported in templates")
        if keyword == "if":
            return self._if(tokens)
        if keyword in {"with", "range"}:
            return self._loop(tokens)
        return Output(_pipeline(tokens, tokens[0].line))

    def _if(self, tokens: tuple[Token, ...]) -> If:
        branches = [(_pipeline(tokens[1:], tokens[0].line), self.body())]
        while len(clause := self._clause(tokens[0])) > 1:
            if clause[0].text != "else" or clause[1].text != "if":
                raise TemplateError(clause[0].line, f"`{clause[0].text}` takes nothing but `if` after it")
            branches.append((_pipeline(clause[2:], clause[0].line), self.body()))
        return If(tuple(branches), self._otherwise(tokens[0]))

    def _loop(self, tokens: tuple[Token, ...]) -> With | Range:
        pipeline = _pipeline(tokens[1:], tokens[0].line)
        body = self.body()
        make = With if tokens[0].text == "with" else Range
        return make(pipeline, body, self._otherwise(tokens[0]))

    def _otherwise(self, opening: Token) -> Body:
        """The body of ``else``, if there is one, up to ``end``."""
        if self._clause(opening)[0].text == "end":
            return ()
        body = self.body()
        if self._clause(opening)[0].text != "end":
            raise TemplateError(opening.line, f"`{opening.text}` has more than one `else`")
        return body

    def _clause(self, opening: Token) -> tuple[Token, ...]:
        if self.clause is None:
            raise TemplateError(opening.line, f"`{opening.text}` has no `end`")
        return self.clause


def _pipeline(tokens: tuple[Token, ...], line: int) -> Pipeline:
    declares, assigns, rest = _declaration(tokens)
    commands, left = _commands(rest, line)
    if left:
        raise TemplateError(left[0].line, f"`{left[0].text}` does not belong here")
    return Pipeline(line, commands, declares, assigns)


def _declaration(tokens: tuple[Token, ...]) -> tuple[tuple[str, ...], bool, tuple[Token, ...]]:
    """``$x :=``, ``$x =`` or ``$i, $x :=`` at the beginning, and the rest."""
    for length in (1, 3):
        head, mark = tokens[:length], tokens[length : length + 1]
        names = head[::2]
        if mark and mark[0].text in {":=", "="} and all(token.kind == "variable" for token in names):
            return tuple(token.text for token in names), mark[0].text == "=", tokens[length + 1 :]
    return (), False, tokens


def _commands(tokens: tuple[Token, ...], line: int) -> tuple[tuple[tuple[Operand, ...], ...], tuple[Token, ...]]:
    """Commands up to the end or to the parenthesis that closes them, and what is left."""
    commands: list[tuple[Operand, ...]] = []
    operands: list[Operand] = []
    while tokens and tokens[0].text != ")":
        if tokens[0].text == "|":
            commands.append(_command(operands, line))
            operands, tokens = [], tokens[1:]
        else:
            operand, tokens = _operand(tokens)
            operands.append(operand)
    commands.append(_command(operands, line))
    return tuple(commands), tokens


def _command(operands: list[Operand], line: int) -> tuple[Operand, ...]:
    if not operands:
        raise TemplateError(line, "a command is missing")
    if len(operands) > 1 and not isinstance(operands[0], Call):
        raise TemplateError(line, "only a function takes arguments")
    return tuple(operands)


def _operand(tokens: tuple[Token, ...]) -> tuple[Operand, tuple[Token, ...]]:
    first, rest = tokens[0], tokens[1:]
    if first.text == "(":
        commands, left = _commands(rest, first.line)
        if not left:
            raise TemplateError(first.line, "a parenthesis is not closed")
        path, left = _path(left[1:])
        return Group(Pipeline(first.line, commands), path), left
    if first.kind == "variable":
        path, rest = _path(rest)
        return Lookup(first.text, path), rest
    return _simple_operand(first), rest


def _path(tokens: tuple[Token, ...]) -> tuple[tuple[str, ...], tuple[Token, ...]]:
    """The fields that adjoin what stands before."""
    if tokens and tokens[0].kind == "fields" and tokens[0].adjoins:
        return tuple(tokens[0].text[1:].split(".")), tokens[1:]
    return (), tokens


def _simple_operand(token: Token) -> Operand:
    if token.kind == "fields":
        return Lookup(None, tuple(token.text[1:].split(".")))
    if token.kind == "dot":
        return Lookup(None, ())
    if token.kind == "text":
        return Literal(_unquoted(token))
    if token.kind == "number":
        return Literal(_number(token.text))
    if token.text in _CONSTANTS:
        return Literal(_CONSTANTS[token.text])
    if token.kind == "name":
        if token.text not in FUNCTIONS:
            raise TemplateError(token.line, f"the function `{token.text}` is not known")
        return Call(token.text)
    raise TemplateError(token.line, f"`{token.text}` does not belong here")


def _number(text: str) -> int | float:
    try:
        return int(text, 0)
    except ValueError:
        return float(text) if not text.lstrip("+-").isdigit() else int(text)


def _unquoted(token: Token) -> str:
    if token.text.startswith("`"):
        return token.text[1:-1]
    try:
        return str(json.loads(token.text, strict=False))
    except ValueError as error:
        raise TemplateError(token.line, f"{token.text} is not a string that is understood") from error
