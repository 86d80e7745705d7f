"""The review kinds of ``authorization.k8s.io``: questions that are answered and never stored."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from plimsoll.apimachinery.validation.fielderrors import FieldError, invalid, invalid_value
from plimsoll.errors import ApiError
from plimsoll.kube.resources import Object, Resource
from plimsoll.registry.authorization.attributes import Attributes
from plimsoll.registry.authorization.authorizer import MASTERS, aggregate
from plimsoll.registry.requests import User

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from plimsoll.registry.authorization.authorizer import Authorizer
    from plimsoll.registry.authorization.rules import Rule

GROUP = "authorization.k8s.io"
LOCAL = "LocalSubjectAccessReview"

EVERYTHING: tuple[Rule, ...] = (
    {"verbs": ["*"], "apiGroups": ["*"], "resources": ["*"]},
    {"verbs": ["*"], "nonResourceURLs": ["*"]},
)
"""What a privileged user may do, beside what roles say."""


def review_self(authorizer: Authorizer, user: User, review: Object) -> Object:
    """Answer a SelfSubjectAccessReview; ``ApiError(422)`` where it does not ask one thing."""
    _refuse(list(_errors(review, ())))
    return _reviewed(authorizer, user, review)


def review_subject(authorizer: Authorizer, review: Object) -> Object:
    """Answer a SubjectAccessReview, or a LocalSubjectAccessReview, about the user that it names.

    Raises ``ApiError(422)`` where it names none, or does not ask one thing.
    """
    spec = review.get("spec") or {}
    local = review["kind"] == LOCAL
    errors = [*_errors(review, ("namespace",) if local else ()), *_subject_errors(spec)]
    _refuse(errors + list(_local_errors(review) if local else ()))
    extra = {key: tuple(values) for key, values in (spec.get("extra") or {}).items()}
    subject = User(spec.get("user", ""), spec.get("uid", ""), tuple(spec.get("groups") or ()), extra)
    return _reviewed(authorizer, subject, review)


def _errors(review: Object, allowed: Sequence[str]) -> Iterator[FieldError]:
    """What is wrong with the question; ``allowed`` is the metadata that it may have."""
    spec = review.get("spec") or {}
    about, path = spec.get("resourceAttributes"), spec.get("nonResourceAttributes")
    if about is not None and path is not None:
        what = "cannot be specified in combination with resourceAttributes"
        shown = {"Path": path.get("path", ""), "Verb": path.get("verb", "")}
        yield invalid_value("spec.nonResourceAttributes", shown, what)
    if about is None and path is None:
        what = "exactly one of nonResourceAttributes or resourceAttributes must be specified"
        yield invalid_value("spec.resourceAttributes", None, what)
    metadata = {key: value for key, value in review["metadata"].items() if key != "managedFields"}
    if any(key not in allowed for key in metadata):
        yield invalid_value("metadata", metadata, f"must be empty{' except for namespace' if allowed else ''}")


def _subject_errors(spec: dict[str, Any]) -> Iterator[FieldError]:
    if not spec.get("user") and not spec.get("groups"):
        yield invalid_value("spec.user", "", "at least one of user or group must be specified")


def _local_errors(review: Object) -> Iterator[FieldError]:
    spec = review.get("spec") or {}
    namespace = (spec.get("resourceAttributes") or {}).get("namespace", "")
    if spec.get("resourceAttributes") is not None and namespace != review["metadata"].get("namespace", ""):
        yield invalid_value("spec.resourceAttributes.namespace", namespace, "must match metadata.namespace")
    if spec.get("nonResourceAttributes") is not None:
        path = spec["nonResourceAttributes"]
        yield invalid_value("spec.nonResourceAttributes", path, "disallowed on this kind of request")


def _refuse(errors: Sequence[FieldError]) -> None:
    if errors:
        raise invalid(Resource(GROUP, "v1", "", ""), "", errors)  # a real server forgets the kind as well


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
