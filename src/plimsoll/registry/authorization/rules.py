"""What a rule of a role allows, and which rules together cover another (component-helpers, auth/rbac/validation)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import product
from typing import Any

from plimsoll.registry.authorization.attributes import Attributes

ALL = "*"

Rule = dict[str, Any]
"""A ``PolicyRule`` as it is stored."""


def allows(rule: Rule, wanted: Attributes) -> bool:
    """Whether a rule allows what is wanted."""
    verbs = rule.get("verbs") or ()
    if wanted.verb not in verbs and ALL not in verbs:
        return False
    if wanted.path:
        return any(covers_path(pattern, wanted.path) for pattern in rule.get("nonResourceURLs") or ())
    groups = rule.get("apiGroups") or ()
    if wanted.group not in groups and ALL not in groups:
        return False
    names = rule.get("resourceNames") or ()
    if names and wanted.name not in names:
        return False
    return _covers_resource(rule.get("resources") or (), wanted.resource, wanted.subresource)


def _covers_resource(resources: Sequence[str], resource: str, subresource: str) -> bool:
    if ALL in resources:
        return True
    if not subresource:
        return resource in resources
    return f"{resource}/{subresource}" in resources or f"*/{subresource}" in resources


def covers_path(pattern: str, path: str) -> bool:
    """Whether a pattern of ``nonResourceURLs`` covers a path: all, the same, or one that begins so."""
    return pattern in (ALL, path) or (pattern.endswith(ALL) and path.startswith(pattern.rstrip(ALL)))


def missing_rules(held: Sequence[Rule], wanted: Iterable[Rule]) -> list[Rule]:
    """The parts of the wanted rules that no single rule held covers, each about one verb of one thing."""
    return [part for rule in wanted for part in _parts(rule) if not any(_covers(owner, part) for owner in held)]


def _parts(rule: Rule) -> Iterator[Rule]:
    """Break a rule down into rules of one verb, one group, one resource and one name each."""
    verbs = rule.get("verbs") or ()
    for group, resource, verb in product(rule.get("apiGroups") or (), rule.get("resources") or (), verbs):
        part = {"apiGroups": [group], "resources": [resource], "verbs": [verb]}
        names = rule.get("resourceNames") or ()
        if names:
            yield from ({**part, "resourceNames": [name]} for name in names)
        else:
            yield part
    for url, verb in product(rule.get("nonResourceURLs") or (), verbs):
        yield {"nonResourceURLs": [url], "verbs": [verb]}


def _covers(owner: Rule, part: Rule) -> bool:
    verbs = owner.get("verbs") or ()
    if ALL not in verbs and part["verbs"][0] not in verbs:
        return False
    if "nonResourceURLs" in part:
        return any(covers_path(pattern, part["nonResourceURLs"][0]) for pattern in owner.get("nonResourceURLs") or ())
    groups = owner.get("apiGroups") or ()
    if ALL not in groups and part["apiGroups"][0] not in groups:
        return False
    names = owner.get("resourceNames") or ()
    if names and (part.get("resourceNames") or [""])[0] not in names:
        return False
    resource, _, subresource = part["resources"][0].partition("/")
    return _covers_resource(owner.get("resources") or (), resource, subresource)


def compact(rules: Iterable[Rule]) -> list[Rule]:
    """Join rules that differ only in their verbs, where each is about one resource (rbac/validation, policy_compact.go)."""
    joined: dict[tuple[Any, ...], Rule] = {}
    others = []
    for rule in rules:
        if (
            len(rule.get("resources") or ()) != 1
            or len(rule.get("apiGroups") or ()) != 1
            or rule.get("nonResourceURLs")
        ):
            others.append(rule)
            continue
        key = (rule["apiGroups"][0], rule["resources"][0], tuple(rule.get("resourceNames") or ()))
        known = joined.get(key)
        joined[key] = {**rule, "verbs": [*known["verbs"], *rule["verbs"]]} if known else rule
    return others + list(joined.values())


def describe(rule: Rule) -> str:
    """A rule as refusals print it."""
    titles = {
        "apiGroups": "APIGroups",
        "resources": "Resources",
        "nonResourceURLs": "NonResourceURLs",
        "resourceNames": "ResourceNames",
        "verbs": "Verbs",
    }
    shown = (f"{title}:{quoted(rule[key])}" for key, title in titles.items() if rule.get(key))
    return "{" + ", ".join(shown) + "}"


def quoted(texts: Iterable[str]) -> str:
    """Texts as Go prints a slice of them."""
    return "[" + " ".join(f'"{text}"' for text in texts) + "]"
