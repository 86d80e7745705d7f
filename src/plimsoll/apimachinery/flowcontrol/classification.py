"""Sorts requests into flows: by the first flow schema that matches, and what it tells flows apart by."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from plimsoll.kube.resources import Object

ALL = "*"
SERVICE_ACCOUNT_PREFIX = "system:serviceaccount:"


@dataclass(frozen=True, slots=True)
class Asked:
    """A request as flow schemas see it; ``path`` is empty for resources. ``resource`` has its subresource."""

    user: str
    groups: Sequence[str]
    verb: str
    group: str = ""
    resource: str = ""
    namespace: str = ""
    path: str = ""


@dataclass(frozen=True, slots=True)
class Flow:
    """Where a request belongs: ``distinguisher`` tells the flows of one schema apart."""

    schema: str
    level: str
    distinguisher: str


class Classifier:
    """Tries schemas by precedence, and by name where that is the same."""

    def __init__(self, schemas: Iterable[Object]) -> None:
        self._schemas = sorted(
            schemas, key=lambda schema: (schema["spec"].get("matchingPrecedence", 1000), schema["metadata"]["name"])
        )

    def classify(self, asked: Asked) -> Flow:
        """The flow of a request; ``LookupError`` where no schema matches, which ``catch-all`` prevents."""
        for schema in self._schemas:
            spec = schema["spec"]
            if any(_matches(rule, asked) for rule in spec.get("rules") or ()):
                by = (spec.get("distinguisherMethod") or {}).get("type", "")
                distinguisher = {"ByUser": asked.user, "ByNamespace": asked.namespace}.get(by, "")
                return Flow(schema["metadata"]["name"], spec["priorityLevelConfiguration"]["name"], distinguisher)
        raise LookupError(f"no flow schema matches {asked}")


def _matches(rule: dict[str, Any], asked: Asked) -> bool:
    if not any(_is_subject(subject, asked) for subject in rule.get("subjects") or ()):
        return False
    if asked.path:
        return any(_covers_path(each, asked) for each in rule.get("nonResourceRules") or ())
    return any(_covers_resource(each, asked) for each in rule.get("resourceRules") or ())


def _is_subject(subject: dict[str, Any], asked: Asked) -> bool:
    match subject["kind"]:
        case "User":
            return subject["user"]["name"] in {ALL, asked.user}
        case "Group":
            return subject["group"]["name"] == ALL or subject["group"]["name"] in asked.groups
        case _:
            account = subject["serviceAccount"]
            prefix = f"{SERVICE_ACCOUNT_PREFIX}{account['namespace']}:"
            if account["name"] == ALL:
                return asked.user.startswith(prefix)
            return bool(asked.user == f"{prefix}{account['name']}")


def _covers_path(rule: dict[str, Any], asked: Asked) -> bool:
    if not _has(rule["verbs"], asked.verb):
        return False
    return any(
        url in (ALL, asked.path) or (url.endswith(ALL) and asked.path.startswith(url.rstrip(ALL)))
        for url in rule["nonResourceURLs"]
    )


def _covers_resource(rule: dict[str, Any], asked: Asked) -> bool:
    in_scope = (
        _has(rule.get("namespaces") or (), asked.namespace) if asked.namespace else rule.get("clusterScope", False)
    )
    return (
        in_scope
        and _has(rule["verbs"], asked.verb)
        and _has(rule["apiGroups"], asked.group)
        and _has(rule["resources"], asked.resource)
    )


def _has(allowed: Sequence[str], wanted: str) -> bool:
    return wanted in allowed or ALL in allowed
