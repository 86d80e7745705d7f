"""What Go's parser says of a text that is no JSON (encoding/json, scanner.go)."""

from __future__ import annotations

import re

_SPACE = re.compile(r"[ \t\r\n]*")
_LITERALS = {"t": "true", "f": "false", "n": "null"}
_HEX_DIGITS = 4


class _ProblemError(Exception):
    """The first thing that is wrong."""


def json_problem(body: bytes) -> str:
    """The fault of a text in Go's words; empty where this finds none."""
    text = body.decode("utf-8", "replace")
    try:
        end = _skip(text, _value(text, 0))
        if end < len(text):
            _refuse(text, end, "after top-level value")
    except _ProblemError as problem:
        return str(problem)
    except RecursionError:
        return "exceeded max depth"
    return ""


def _refuse(text: str, place: int, context: str) -> None:
    if place >= len(text):
        raise _ProblemError("unexpected end of JSON input")
    mark = text[place]
    shown = {"'": r"'\''", '"': "'\"'"}.get(mark)
    if shown is None:
        shown = f"'{mark}'" if mark.isprintable() else f"'{mark.encode('unicode_escape').decode()}'"
    raise _ProblemError(f"invalid character {shown} {context}")


def _skip(text: str, place: int) -> int:
    found = _SPACE.match(text, place)
    return found.end() if found else place


def _value(text: str, place: int) -> int:
    place = _skip(text, place)
    mark = text[place : place + 1]
    if mark == "{":
        return _object(text, place + 1)
    if mark == "[":
        return _array(text, place + 1)
    if mark == '"':
        return _string(text, place + 1)
    if mark in _LITERALS and mark:
        return _literal(text, place, _LITERALS[mark])
    if mark == "-" or mark.isdecimal():
        return _number(text, place)
    _refuse(text, place, "looking for beginning of value")
    return place


def _object(text: str, place: int) -> int:
    place = _skip(text, place)
    if text[place : place + 1] == "}":
        return place + 1
    while True:
        place = _skip(text, place)
        if text[place : place + 1] != '"':
            _refuse(text, place, "looking for beginning of object key string")
        place = _skip(text, _string(text, place + 1))
        if text[place : place + 1] != ":":
            _refuse(text, place, "after object key")
        place = _skip(text, _value(text, place + 1))
        mark = text[place : place + 1]
        if mark == "}":
            return place + 1
        if mark != ",":
            _refuse(text, place, "after object key:value pair")
        place += 1


def _array(text: str, place: int) -> int:
    place = _skip(text, place)
    if text[place : place + 1] == "]":
        return place + 1
    while True:
        place = _skip(text, _value(text, place))
        mark = text[place : place + 1]
        if mark == "]":
            return place + 1
        if mark != ",":
            _refuse(text, place, "after array element")
        place += 1


def _string(text: str, place: int) -> int:
    while True:
        mark = text[place : place + 1]
        if mark == '"':
            return place + 1
        if not mark or mark < " ":
            _refuse(text, place, "in string literal")
        if mark == "\\":
            place += 1
            escape = text[place : place + 1]
            if not escape or escape not in 'bfnrt\\/"u':
                _refuse(text, place, "in string escape code")
            if escape == "u":
                for _ in range(_HEX_DIGITS):
                    place += 1
                    if text[place : place + 1].lower() not in set("0123456789abcdef"):
                        _refuse(text, place, "in \\u hexadecimal character escape")
        place += 1


def _literal(text: str, place: int, literal: str) -> int:
    for offset, expected in enumerate(literal):
        if text[place + offset : place + offset + 1] != expected:
            _refuse(text, place + offset, f"in literal {literal} (expecting '{expected}')")
    return place + len(literal)


def _number(text: str, place: int) -> int:
    place += text[place] == "-"
    if not text[place : place + 1].isdecimal():
        _refuse(text, place, "in numeric literal")
    place = place + 1 if text[place] == "0" else _digits(text, place, "")
    if text[place : place + 1] == ".":
        place = _digits(text, place + 1, "after decimal point in numeric literal")
    if text[place : place + 1] in {"e", "E"}:
        place += 1
        place += text[place : place + 1] in {"+", "-"}
        place = _digits(text, place, "in exponent of numeric literal")
    return place


def _digits(text: str, place: int, context: str) -> int:
    start = place
    while text[place : place + 1].isdecimal():
        place += 1
    if place == start:
        _refuse(text, place, context)
    return place
