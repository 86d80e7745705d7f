"""Label selectors of a query, refused in the API's words (apimachinery, pkg/labels/selector.go)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Literal, NamedTuple

from plimsoll.apimachinery.naming import label_value, qualified_name
from plimsoll.apimachinery.validation.fielderrors import FieldError, invalid_value
from plimsoll.kube.selectors import LabelSelector, Operator, Requirement
from plimsoll.registry.refusals import bad_request

Kind = Literal["identifier", "symbol", "word", "end", "error"]

_TOKEN = re.compile(r"[ \t\r\n]*(?:(?P<symbol>!=|==|[()!,=<>])|(?P<word>[^ \t\r\n()!,=<>]+)|$)")
_OPERATORS: dict[str, Operator] = {
    "in": "In",
    "notin": "NotIn",
    "=": "In",
    "==": "In",
    "!=": "NotIn",
    ">": "Gt",
    "<": "Lt",
}
_OPERATOR_WORDS = "in, notin, =, ==, !=, gt, lt"


class _Token(NamedTuple):
    kind: Kind
    text: str

    @property
    def names_something(self) -> bool:
        """Whether it can be a key or a value; ``in`` and ``notin`` can."""
        return self.kind in {"identifier", "word"}


@lru_cache(maxsize=4096)
def parse_labels(text: str) -> LabelSelector:
    """Parse the text form of a label selector; 400 where it is none."""
    try:
        requirements = list(_Parser(text).requirements())
    except ValueError as error:
        raise bad_request(str(error)) from None
    return LabelSelector(tuple(sorted(requirements, key=lambda requirement: requirement.key)))


def _tokens(text: str) -> Iterator[_Token]:
    position = 0
    while position < len(text):
        match = _TOKEN.match(text, position)
        if match is None or match.end() == position:
            break
        position = match.end()
        if match["symbol"]:
            yield _Token("symbol", match["symbol"])
        elif match["word"]:
            yield _Token("word" if match["word"] in {"in", "notin"} else "identifier", match["word"])
    yield _Token("end", "")


class _Parser:
    """Reads tokens from left to right, with one token ahead."""

    def __init__(self, text: str) -> None:
        self._tokens = list(_tokens(text))
        self._position = 0

    def requirements(self) -> Iterator[Requirement]:
        while True:
            token = self._ahead()
            if token.kind == "end":
                return
            if not token.names_something and token.text != "!":
                raise ValueError(f"found '{token.text}', expected: !, identifier, or 'end of string'")
            try:
                yield self._requirement()
            except ValueError as error:
                raise ValueError(f"unable to parse requirement: {error}") from None
            token = self._next()
            if token.kind == "end":
                return
            if token.text != ",":
                raise ValueError(f"found '{token.text}', expected: ',' or 'end of string'")
            after = self._ahead()
            if not after.names_something and after.text != "!":
                raise ValueError(f"found '{after.text}', expected: identifier after ','")

    def _ahead(self) -> _Token:
        return self._tokens[min(self._position, len(self._tokens) - 1)]

    def _next(self) -> _Token:
        token = self._ahead()
        self._position += 1
        return token

    def _requirement(self) -> Requirement:
        token = self._next()
        absent = token.text == "!" and token.kind == "symbol"
        if absent:
            token = self._next()
        if not token.names_something:
            raise ValueError(f"found '{token.text}', expected: identifier")
        key = token.text
        _refuse([invalid_value("<nil>", key, "; ".join(errors)) for errors in [qualified_name(key)] if errors])
        if absent:
            return Requirement(key, "DoesNotExist")
        if self._ahead().kind == "end" or self._ahead().text == ",":
            return Requirement(key, "Exists")
        operator = self._next()
        if operator.text not in _OPERATORS:
            raise ValueError(f"found '{operator.text}', expected: {_OPERATOR_WORDS}")
        values = self._values() if operator.kind == "word" else (self._exact_value(),)
        return _checked(Requirement(key, _OPERATORS[operator.text], values))

    def _exact_value(self) -> str:
        token = self._ahead()
        if token.kind == "end" or token.text == ",":
            return ""
        self._position += 1
        if not token.names_something:
            raise ValueError(f"found '{token.text}', expected: identifier")
        return token.text

    def _values(self) -> tuple[str, ...]:
        token = self._next()
        if token.text != "(":
            raise ValueError(f"found '{token.text}' expected: '('")
        token = self._ahead()
        if token.text == ")":
            self._position += 1
            return ("",)
        if not token.names_something and token.text != ",":
            raise ValueError(f"found '{token.text}', expected: ',', ')' or identifier")
        return tuple(sorted(self._value_list()))

    def _value_list(self) -> set[str]:
        """The values up to and with the closing parenthesis; between two commas stands an empty one."""
        values: set[str] = set()
        while True:
            token = self._next()
            if token.names_something:
                values.add(token.text)
                after = self._ahead()
                if after.text not in {",", ")"}:
                    raise ValueError(f"found '{after.text}', expected: ',' or ')'")
            elif token.text == ",":
                if not values or self._ahead().text in {",", ")"}:
                    values.add("")
            else:
                raise ValueError(f"found '{token.text}', expected: ',', or identifier")
            if self._ahead().text == ")":
                self._position += 1
                return values


def _checked(requirement: Requirement) -> Requirement:
    """A requirement whose values can be values of labels."""
    errors = []
    for index, value in enumerate(requirement.values):
        place = f"values[{index}]"
        if requirement.operator in {"Gt", "Lt"} and not re.fullmatch(r"[+-]?[0-9]+", value):
            errors.append(invalid_value(place, value, "for 'Gt', 'Lt' operators, the value must be an integer"))
        wrong = label_value(value)
        if wrong:
            errors.append(invalid_value(f"{place}[{requirement.key}]", value, "; ".join(wrong)))
    _refuse(errors)
    return requirement


def _refuse(errors: list[FieldError]) -> None:
    if errors:
        texts = [str(error) for error in errors]
        raise ValueError(texts[0] if len(texts) == 1 else f"[{', '.join(texts)}]")
