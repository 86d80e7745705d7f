"""Evaluating the rules of a schema all over an object (apiextensions-apiserver, schema/cel/validation.go)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from cel_expr_python import cel

from plimsoll.apimachinery.customresources.correlation import correlated_element, correlated_member
from plimsoll.apimachinery.customresources.rules.compilation import CompilationError, Rule, compile_rule
from plimsoll.apimachinery.customresources.rules.values import seen
from plimsoll.apimachinery.customresources.valuevalidation import NOWHERE
from plimsoll.apimachinery.schema import ABSENT
from plimsoll.apimachinery.validation.fielderrors import (
    OMITTED,
    FieldError,
    duplicate,
    forbidden,
    invalid_value,
    required,
)

MAX_MESSAGE_BYTES = 5 * 1024
"""How long a message that a rule composes may be."""

Place = tuple[Mapping[str, Any], str]
"""A part of a schema, and the path that leads to it in objects."""


class Rules:
    """The rules of a schema and of all that is below it, compiled when they are first asked for."""

    def __init__(self, schema: Mapping[str, Any], *, is_resource: bool = True) -> None:
        self._schema = schema
        self._is_resource = is_resource
        self._compiled: dict[int, list[Rule | CompilationError]] = {}

    def errors(self, value: Any, old: Any = ABSENT, path: str = "") -> Iterator[FieldError]:
        """What the rules say of a value, and of how it came from the old one."""
        yield from self._visit(value, old, self._schema, path, is_resource=self._is_resource)

    def _visit(
        self, value: Any, old: Any, schema: Mapping[str, Any], path: str, *, is_resource: bool = False
    ) -> Iterator[FieldError]:
        if value is None:
            return
        yield from self._evaluate(value, old, schema, path, is_resource=is_resource)
        if isinstance(value, dict):
            properties = schema.get("properties") or {}
            others = schema.get("additionalProperties")
            for name, member in value.items():
                inner = properties.get(name, others)
                if isinstance(inner, dict):
                    place = f"{path}.{name}" if name in properties else f"{path}[{name}]"
                    yield from self._visit(member, correlated_member(old, name), inner, place.removeprefix("."))
        elif isinstance(value, list) and isinstance(schema.get("items"), dict):
            for index, element in enumerate(value):
                before = correlated_element(old, schema, element)
                yield from self._visit(element, before, schema["items"], f"{path}[{index}]")

    def _evaluate(
        self, value: Any, old: Any, schema: Mapping[str, Any], path: str, *, is_resource: bool
    ) -> Iterator[FieldError]:
        sources = [schema, *(part for part in schema.get("allOf") or () if part.get("x-kubernetes-validations"))]
        rules = [rule for source in sources for rule in self._rules(source, schema, is_resource=is_resource)]
        if not rules:
            return
        data = {
            "self": seen(value, schema, is_resource=is_resource),
            "oldSelf": None if old is ABSENT else seen(old, schema, is_resource=is_resource),
            "hadSelf": old is not ABSENT and old is not None,
        }
        for rule in rules:
            yield from _rule_errors(rule, value, old, data, schema, path or NOWHERE)

    def _rules(
        self, source: Mapping[str, Any], schema: Mapping[str, Any], *, is_resource: bool
    ) -> list[Rule | CompilationError]:
        rules = self._compiled.get(id(source))
        if rules is None:
            rules = self._compiled[id(source)] = []
            for rule in source.get("x-kubernetes-validations") or ():
                try:
                    rules.append(compile_rule(rule, schema, is_resource=is_resource))
                except CompilationError as error:
                    rules.append(error)
        return rules


def _rule_errors(
    rule: Rule | CompilationError,
    value: Any,
    old: Any,
    data: Mapping[str, Any],
    schema: Mapping[str, Any],
    path: str,
) -> Iterator[FieldError]:
    kind = schema.get("type", "")
    if isinstance(rule, CompilationError):
        yield invalid_value(path, kind, f"rule compile error: {rule}")
        return
    if rule.uses_old_self and not data["hadSelf"] and not rule.has_optional_old_self:
        return
    if not rule.uses_old_self and old is not ABSENT and old == value:
        return
    result = rule.program.eval(data=data)
    if result.type() == cel.Type.ERROR:
        yield invalid_value(path, kind, _failure(str(result.value()), _rule_text(rule)))
    elif result.value() is not True:
        place = f"{path}.{rule.field_path}".removeprefix(f"{NOWHERE}.") if rule.field_path else path
        shown = OMITTED if kind in {"object", "array"} else value
        yield _for_reason(rule.source.get("reason") or "", place, shown, _message(rule, data))


def _rule_text(rule: Rule) -> str:
    return str(rule.source.get("message") or rule.source["rule"]).strip()


def _failure(problem: str, rule: str) -> str:
    problem = re.sub(r"^[A-Z_]+: ", "", problem)
    if problem.startswith("No matching overloads found"):
        overload = "no such overload" + problem.removeprefix("No matching overloads found").removeprefix(" ")
        return (
            f"'{overload}': call arguments did not match a supported operator, function or macro signature"
            f" for rule: {rule}"
        )
    missing = re.fullmatch(r'Key not found in map : "(.*)"', problem)
    return f"{f'no such key: {missing[1]}' if missing else problem} evaluating rule: {rule}"


def _message(rule: Rule, data: Mapping[str, Any]) -> str:
    if rule.message is not None:
        composed = rule.message.eval(data=data)
        if composed.type() == cel.Type.STRING:
            text = str(composed.value()).strip()
            if text and "\n" not in text and len(text.encode()) <= MAX_MESSAGE_BYTES:
                return text
    message = str(rule.source.get("message") or "").strip()
    return message or f"failed rule: {rule.source['rule'].strip()}"


def _for_reason(reason: str, path: str, value: Any, detail: str) -> FieldError:
    if reason == "FieldValueForbidden":
        return forbidden(path, detail)
    if reason == "FieldValueRequired":
        return required(path, detail)
    if reason == "FieldValueDuplicate":
        return duplicate(path, value)
    return invalid_value(path, value, detail)
