"""Compiling rules (apiextensions-apiserver, pkg/apiserver/schema/cel/compilation.go)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from cel_expr_python import cel
from cel_expr_python.ext import ext_bindings, ext_encoders, ext_math, ext_optional, ext_strings

from plimsoll.apimachinery.customresources.fieldpaths import PathError, declared_schema
from plimsoll.apimachinery.customresources.rules.libraries import kubernetes_functions
from plimsoll.apimachinery.customresources.rules.values import escaped, type_of, visible_properties
from plimsoll.apimachinery.validation.fielderrors import FieldError, invalid_value

_TEXT = re.compile(r"""r?'''.*?'''|r?\"\"\".*?\"\"\"|r?"(?:[^"\\]|\\.)*"|r?'(?:[^'\\]|\\.)*'""", re.DOTALL)
_OLD_SELF = re.compile(r"\boldSelf\b")
_MEMBER = re.compile(r"\b(?:self|oldSelf)\.([A-Za-z_]\w*)\b(?!\s*\()")
_PLAIN_MEMBER = re.compile(r"self((?:\.[A-Za-z_]\w*)+)")
_OPTIONAL_OLD_SELF = "cel.bind(oldSelf, hadSelf ? optional.of(oldSelf) : optional.none(), {rule})"
_STATUS_PREFIX = re.compile(r"^[A-Z_]+: (?=ERROR)|\s*\[[A-Z_]+\]$")


class CompilationError(Exception):
    """An expression that is none, or does not fit the schema."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule, ready to be evaluated."""

    source: Mapping[str, Any]
    program: cel.Expression
    message: cel.Expression | None

    @property
    def uses_old_self(self) -> bool:
        """Whether the rule is about a transition."""
        return uses_old_self(self.source["rule"])

    @property
    def field_path(self) -> str:
        """Where below its place the rule reports its failures."""
        return str(self.source.get("fieldPath") or "").strip().removeprefix(".")

    @property
    def has_optional_old_self(self) -> bool:
        """Whether the rule also counts where there was nothing before."""
        return bool(self.source.get("optionalOldSelf"))


def uses_old_self(expression: str) -> bool:
    """Whether an expression names the old value."""
    return _OLD_SELF.search(_TEXT.sub("''", expression)) is not None


@lru_cache(maxsize=256)
def _environment(self_type: str) -> cel.Env:
    """The language with Kubernetes' libraries, and with ``self`` and ``oldSelf`` of one type."""
    extensions = [
        ext_strings.ExtStrings(),
        ext_math.ExtMath(),
        ext_encoders.ExtEncoders(),
        ext_optional.ExtOptional(),
        ext_bindings.ExtBindings(),
        kubernetes_functions(),
    ]
    declared = cel.Type(self_type)
    variables = {"self": declared, "oldSelf": declared, "hadSelf": cel.Type.BOOL}
    return cel.NewEnv(variables=variables, extensions=extensions)


def compiled(expression: str, schema: Mapping[str, Any], result: cel.Type) -> cel.Expression:
    """Compile an expression; raises :class:`CompilationError`, also where its type is not the wanted one."""
    try:
        program = _environment(type_of(schema)).compile(expression)
    except RuntimeError as error:
        raise CompilationError(f"compilation failed: {_STATUS_PREFIX.sub('', str(error)).strip()}") from error
    if program.return_type() not in (result, cel.Type.DYN):
        raise CompilationError(f"must evaluate to a {result.name().lower()}")
    return program


def compile_rule(source: Mapping[str, Any], schema: Mapping[str, Any], *, is_resource: bool) -> Rule:
    """Compile a rule and its message; raises :class:`CompilationError`."""
    expression = source["rule"]
    _check_members(expression, schema, is_resource=is_resource)
    _check_plain_member(expression, schema)
    if source.get("optionalOldSelf"):
        expression = _OPTIONAL_OLD_SELF.format(rule=expression)
    program = compiled(expression, schema, cel.Type.BOOL)
    message = source.get("messageExpression")
    return Rule(source, program, compiled(message, schema, cel.Type.STRING) if message else None)


def _check_members(expression: str, schema: Mapping[str, Any], *, is_resource: bool) -> None:
    """Rules may name only what the schema declares."""
    if schema.get("type") != "object" or isinstance(schema.get("additionalProperties"), dict):
        return
    known = {escaped(name) for name in visible_properties(schema, is_resource=is_resource)}
    for match in _MEMBER.finditer(_TEXT.sub(lambda text: " " * len(text[0]), expression)):
        if match[1] not in known:
            column = match.start(1)
            raise CompilationError(
                f"compilation failed: ERROR: <input>:1:{column}: undefined field '{match[1]}'\n"
                f" | {expression}\n | {'.' * (column - 1)}^"
            )


def _check_plain_member(expression: str, schema: Mapping[str, Any]) -> None:
    """A rule that only names a member must name a boolean; the language itself sees no types of members."""
    match = _PLAIN_MEMBER.fullmatch(expression.strip())
    if match is None:
        return
    try:
        kind = type_of(declared_schema(schema, match[1]))
    except PathError:
        return
    if kind not in {"bool", "dyn"}:
        raise CompilationError("must evaluate to a bool")


def compile_errors(schema: Mapping[str, Any], path: str, *, is_resource: bool) -> Iterator[FieldError]:
    """What is wrong with the rules of one place of a schema, found when its definition is written."""
    for index, source in enumerate(schema.get("x-kubernetes-validations") or ()):
        place = f"{path}.x-kubernetes-validations[{index}]"
        try:
            compile_rule({**source, "messageExpression": ""}, schema, is_resource=is_resource)
        except CompilationError as error:
            problem = str(error) if str(error).startswith("compilation") else f"cel expression {error}"
            yield invalid_value(f"{place}.rule", _as_structure(source), problem)
        try:
            if source.get("messageExpression"):
                compiled(source["messageExpression"], schema, cel.Type.STRING)
        except CompilationError as error:
            yield invalid_value(f"{place}.messageExpression", _as_structure(source), f"messageExpression {error}")


def _as_structure(source: Mapping[str, Any]) -> dict[str, Any]:
    """A rule as messages show it: with all its fields."""
    return {
        "Rule": source["rule"],
        "Message": source.get("message", ""),
        "MessageExpression": source.get("messageExpression", ""),
        "Reason": source.get("reason"),
        "FieldPath": source.get("fieldPath", ""),
        "OptionalOldSelf": source.get("optionalOldSelf"),
    }
