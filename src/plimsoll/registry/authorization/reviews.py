"""The review kinds of ``authorization.k8s.io``: questions that are answered and never stored."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from plimsoll.errors import ApiError
from plimsoll.registry.authorization.attributes import Attributes
from plimsoll.registry.authorization.authorizer import MASTERS, aggregate
from plimsoll.registry.requests import User

if TYPE_CHECKING:
    from collections.abc import Sequence

    from plimsoll.kube.resources import Object
    from plimsoll.registry.authorization.authorizer import Authorizer
    from plimsoll.registry.authorization.rules import Rule

EVERYTHING: tuple[Rule, ...] = (
    {"verbs": ["*"], "apiGroups": ["*"], "resources": ["*"]},
    {"verbs": ["*"], "nonResourceURLs": ["*"]},
)
"""What a privileged user may do, beside what roles say."""


def review_self(authorizer: Authorizer, user: User, review: Object) -> Object:
    """Answer a SelfSubjectAccessReview."""
    return _reviewed(authorizer, user, review)


def review_subject(authorizer: Authorizer, review: Object) -> Object:
    """Answer a SubjectAccessReview, or a LocalSubjectAccessReview, about the user that it names."""
    spec = review.get("spec") or {}
    extra = {key: tuple(values) for key, values in (spec.get("extra") or {}).items()}
    subject = User(spec.get("user", ""), spec.get("uid", ""), tuple(spec.get("groups") or ()), extra)
    return _reviewed(authorizer, subject, review)


def _reviewed(authorizer: Authorizer, user: User, review: Object) -> Object:
    decision = authorizer.authorize(user, _attributes(review.get("spec") or {}))
    status: dict[str, Any] = {"allowed": decision.allowed}
    if decision.reason:
        status["reason"] = decision.reason
    return {**review, "status": status}


def _attributes(spec: dict[str, Any]) -> Attributes:
    about = spec.get("resourceAttributes")
    if about is None:
        path = spec.get("nonResourceAttributes") or {}
        return Attributes(path.get("verb", ""), path=path.get("path", ""))
    return Attributes(
        about.get("verb", ""),
        about.get("group", ""),
        about.get("resource", ""),
        about.get("subresource", ""),
        about.get("namespace", ""),
        about.get("name", ""),
    )


def review_rules(authorizer: Authorizer, user: User, review: Object) -> Object:
    """Answer a SelfSubjectRulesReview; ``ApiError(400)`` where it names no namespace."""
    namespace = (review.get("spec") or {}).get("namespace", "")
    if not namespace:
        raise ApiError(400, "BadRequest", "no namespace on request")
    rules, missing = authorizer.rules(user, namespace)
    held = [*(EVERYTHING if MASTERS in user.groups else ()), *rules]
    status: dict[str, Any] = {
        "resourceRules": [_resource_rule(rule) for rule in held if rule.get("resources")],
        "nonResourceRules": [_path_rule(rule) for rule in held if rule.get("nonResourceURLs")],
        "incomplete": bool(missing),
    }
    if missing:
        status["evaluationError"] = aggregate(missing)
    return {**review, "metadata": {}, "spec": {}, "status": status}


def _resource_rule(rule: Rule) -> Rule:
    return _only(rule, ("verbs", "apiGroups", "resources", "resourceNames"))


def _path_rule(rule: Rule) -> Rule:
    return _only(rule, ("verbs", "nonResourceURLs"))


def _only(rule: Rule, keys: Sequence[str]) -> Rule:
    return {key: rule[key] for key in keys if rule.get(key)}
