from __future__ import annotations

from typing import Any

import pytest

from plimsoll.apimachinery.customresources.declaredrules import has_rules
from plimsoll.apimachinery.customresources.rules import Rules
from plimsoll.apimachinery.schema import ABSENT


def schema_for(value: Any) -> dict[str, Any]:
    """A schema that allows just values like this one."""
    if isinstance(value, dict):
        return {"type": "object", "properties": {name: schema_for(member) for name, member in value.items()}}
    if isinstance(value, list):
        return {"type": "array", "items": schema_for(value[0])}
    names = {str: "string", bool: "boolean", int: "integer", float: "number"}
    return {"type": names[type(value)]}


def told(rule: str | dict[str, Any], value: Any, old: Any = ABSENT, **schema: Any) -> list[str]:
    source = {"rule": rule} if isinstance(rule, str) else rule
    whole = {**schema_for(value), **schema, "x-kubernetes-validations": [source]}
    return [str(error) for error in Rules(whole, is_resource=False).errors(value, old, "v")]


@pytest.mark.parametrize(
    ("rule", "value"),
    [
        ("self.all(x, x.startsWith('a'))", ["a", "ab"]),
        ("self.exists_one(x, x == 1)", [1, 2]),
        ("self.filter(x, x.v > 1).map(x, x.v) == [2]", [{"v": 1}, {"v": 2}]),
        ("self.matches('^[a-z]+$') && size(self) == 3", "abc"),
        ("!has(self.b) || self.b == 1", {"a": 1, "b": 1}),
        ("duration(self) > duration('30m')", "1h"),
        ("timestamp(self).getFullYear() == 2024", "2024-01-01T00:00:00Z"),
        ("self.lowerAscii().split(',').join('-') == 'a-b'", "A,B"),
        ("self.isSorted() && self.sum() == 6 && self.min() == 1 && self.max() == 3", [1, 2, 3]),
        ("self.indexOf('b') == 1 && self.lastIndexOf('b') == 2 && self.indexOf('x') == -1", ["a", "b", "b"]),
        ("url(self).getHost() == 'example.com:80' && url(self).getHostname() == 'example.com'", "https://example.com:80/x?a=b"),
        ("url(self).getPort() == '80' && url(self).getQuery() == {'a': ['b']}", "https://example.com:80/x?a=b"),
        ("url(self).getScheme() == 'https' && url(self).getEscapedPath() == '/x'", "https://example.com:80/x?a=b"),
        ("self.find('[0-9]+') == '12' && self.findAll('[a-z]') == ['a', 'b'] && self.findAll('[a-z]', 1) == ['a']", "ab12"),
        ("quantity(self).isGreaterThan(quantity('1Gi')) && quantity(self).compareTo(quantity('2048Mi')) == 0", "2Gi"),
        ("quantity(self).add(quantity('1')).sub(1).asInteger() == 200 && quantity(self).sign() == 1", "200"),
        ("quantity('-1').sign() == -1 && quantity('1.5').asApproximateFloat() == 1.5 && !quantity('1.5').isInteger()", "x"),
        ("isQuantity('1Gi') && !isQuantity('x') && isURL('/x') && !isURL('x') && isIP('::1') && !isCIDR('10.0.0.1')", "x"),
        ("ip(self).family() == 4 && ip(self).isGlobalUnicast() && !ip(self).isLoopback() && ip.isCanonical(self)", "10.0.0.1"),
        ("cidr('10.0.0.0/8').containsIP(self) && cidr('10.0.0.0/8').containsIP(ip(self))", "10.0.0.1"),
        ("cidr(self).containsCIDR('10.1.0.0/16') && cidr(self).prefixLength() == 8 && string(cidr(self).masked()) == '10.0.0.0/8'", "10.1.2.3/8"),
        ("cidr(self).ip() == ip('10.1.2.3')", "10.1.2.3/8"),
        ("semver(self).major() == 1 && semver(self).isGreaterThan(semver('1.2.3-rc.1')) && !isSemver('v1')", "1.2.3"),
        ("semver(self).isLessThan(semver('1.10.0')) && semver(self).minor() == 2 && semver(self).patch() == 3", "1.2.3"),
        ("self.?a.orValue(1) == 1 && self.?b.orValue(1) == 2", {"b": 2, "c": 1}),
        ("sets.contains(self, ['a']) && sets.intersects(self, ['b', 'c']) && sets.equivalent(self, ['b', 'a'])", ["a", "b"]),
        ("'%s is %d'.format([self, 1]) == 'x is 1'", "x"),
        ("base64.encode(b'x') == 'eA==' && math.greatest(1, 2) == 2", "x"),
        ("cel.bind(x, self.a, x + x == 2)", {"a": 1}),
    ],
)  # fmt: skip
def test_the_language_and_kubernetes_functions_are_there(rule: str, value: Any) -> None:
    assert told(rule, value) == []


def test_rules_see_declared_members_under_escaped_names_and_not_null() -> None:
    value = {"a-b": 1, "namespace": "n", "x.y/z": True, "gone": None, "undeclared": 1}
    schema = {"type": "object", "properties": {name: {} for name in ("a-b", "namespace", "x.y/z", "gone")}}
    rule = {
        "rule": "self.a__dash__b == 1 && self.__namespace__ == 'n' && self.x__dot__y__slash__z && !has(self.gone)",
    }

    assert list(Rules({**schema, "x-kubernetes-validations": [rule]}, is_resource=False).errors(value)) == []


def test_rules_of_a_resource_see_its_name_and_kind() -> None:
    value = {"apiVersion": "e/v1", "kind": "K", "metadata": {"name": "n", "labels": {"a": "b"}}}
    rules = [{"rule": "self.metadata.name == 'n' && self.kind == 'K'"}, {"rule": "!has(self.metadata.labels)"}]

    assert list(Rules({"type": "object", "x-kubernetes-validations": rules}).errors(value)) == []


def test_numbers_times_and_durations_have_the_types_of_their_schema() -> None:
    schema = {
        "type": "object",
        "properties": {
            "n": {"type": "number"},
            "t": {"type": "string", "format": "date-time"},
            "d": {"type": "string", "format": "duration"},
            "day": {"type": "string", "format": "date"},
        },
    }
    rule = {"rule": "self.n > 1.5 && self.t > timestamp('2023-01-01T00:00:00Z') && self.d > duration('1s')"}
    value = {"n": 2, "t": "2024-01-01T00:00:00Z", "d": "2 seconds", "day": "2024-01-01"}

    assert list(Rules({**schema, "x-kubernetes-validations": [rule]}, is_resource=False).errors(value)) == []


@pytest.mark.parametrize(
    ("rule", "error"),
    [
        ({"rule": "self < 1"}, "v: Invalid value: 5: failed rule: self < 1"),
        ({"rule": "self < 1", "message": " small "}, "v: Invalid value: 5: small"),
        ({"rule": "self < 1", "messageExpression": "'is ' + string(self)"}, "v: Invalid value: 5: is 5"),
        ({"rule": "self < 1", "messageExpression": "''", "message": "m"}, "v: Invalid value: 5: m"),
        ({"rule": "self < 1", "reason": "FieldValueForbidden", "message": "m"}, "v: Forbidden: m"),
        ({"rule": "self < 1", "reason": "FieldValueRequired", "message": "m"}, "v: Required value: m"),
        ({"rule": "self < 1", "reason": "FieldValueDuplicate", "message": "m"}, "v: Duplicate value: 5"),
        ({"rule": "self / 0 == 1"}, 'v: Invalid value: "integer": divide by zero evaluating rule: self / 0 == 1'),
    ],
)
def test_a_rule_that_fails_says_so_in_its_words(rule: dict[str, Any], error: str) -> None:
    assert told(rule, 5) == [error]


def test_a_failure_is_reported_where_the_rule_says_and_objects_are_not_printed() -> None:
    rule = {"rule": "self.x < self.y", "fieldPath": ".x"}

    assert told(rule, {"x": 2, "y": 1}) == ["v.x: Invalid value: failed rule: self.x < self.y"]


def test_rules_hold_at_every_depth() -> None:
    positive = {"type": "integer", "x-kubernetes-validations": [{"rule": "self > 0"}]}
    schema = {
        "type": "object",
        "properties": {
            "list": {"type": "array", "items": positive},
            "map": {"type": "object", "additionalProperties": positive},
        },
    }
    value = {"list": [1, 0], "map": {"a": -1}}

    assert [error.field for error in Rules(schema).errors(value)] == ["list[1]", "map[a]"]
    assert has_rules(schema)
    assert not has_rules({"type": "object", "properties": {"a": {"type": "string"}}})


def test_transitions_are_checked_only_where_there_was_something() -> None:
    assert told("self == oldSelf", "a") == []
    assert told("self == oldSelf", "a", "a") == []
    assert told("self == oldSelf", "b", "a") == ['v: Invalid value: "b": failed rule: self == oldSelf']


def test_an_optional_old_value_lets_a_rule_count_from_the_beginning() -> None:
    rule = {"rule": "oldSelf.hasValue() ? self >= oldSelf.value() : self == 0", "optionalOldSelf": True}

    assert told(rule, 0) == []
    assert len(told(rule, 1)) == 1
    assert told(rule, 2, 1) == []
    assert len(told(rule, 0, 1)) == 1


def test_what_has_not_changed_is_not_checked_again() -> None:
    assert told("self < 1", 5, 5) == []
    assert len(told("self < 1", 5, 6)) == 1


def test_a_rule_that_does_not_compile_fails_everywhere() -> None:
    assert told("self +", 5)[0].startswith(
        'v: Invalid value: "integer": rule compile error: compilation failed: ERROR:'
    )
