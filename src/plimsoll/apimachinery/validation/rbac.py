"""Checks of roles and bindings (pkg/apis/rbac/validation/validation.go)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from plimsoll.apimachinery.naming import dns_subdomain, path_segment
from plimsoll.apimachinery.validation.fielderrors import Errors, invalid_value, not_supported, required
from plimsoll.apimachinery.validation.labels import check_selector, check_text
from plimsoll.apimachinery.validation.rules import BodyCheck, ChangeCheck, Rules, no_change
from plimsoll.kube.resources import Object

GROUP = "rbac.authorization.k8s.io"

_BOTH = "rules cannot apply to both regular resources and non-resource URLs"


def _rules(*, namespaced: bool) -> BodyCheck:
    def check(role: Object) -> Errors:
        for index, rule in enumerate(role.get("rules") or ()):
            yield from _check_rule(rule, f"rules[{index}]", namespaced=namespaced)
        aggregation = role.get("aggregationRule")
        if aggregation is None or namespaced:
            return
        field = "aggregationRule.clusterRoleSelectors"
        if not aggregation.get("clusterRoleSelectors"):
            yield required(field, "at least one clusterRoleSelector required if aggregationRule is non-nil")
        for index, selector in enumerate(aggregation.get("clusterRoleSelectors") or ()):
            wrong = list(check_selector(selector, f"{field}[{index}]"))
            yield from wrong
            if wrong:
                yield invalid_value(f"{field}[{index}]", None, "invalid label selector.")

    return check


def _check_rule(rule: Mapping[str, Any], field: str, *, namespaced: bool) -> Errors:
    if not rule.get("verbs"):
        yield required(f"{field}.verbs", "verbs must contain at least one value")
    urls = rule.get("nonResourceURLs")
    if urls:
        if namespaced:
            yield invalid_value(f"{field}.nonResourceURLs", urls, "namespaced rules cannot apply to non-resource URLs")
        if rule.get("apiGroups") or rule.get("resources") or rule.get("resourceNames"):
            yield invalid_value(f"{field}.nonResourceURLs", urls, _BOTH)
        return
    if not rule.get("apiGroups"):
        yield required(f"{field}.apiGroups", "resource rules must supply at least one api group")
    if not rule.get("resources"):
        yield required(f"{field}.resources", "resource rules must supply at least one resource")


def _binding(*kinds: str) -> BodyCheck:
    def check(binding: Object) -> Errors:
        reference = binding.get("roleRef") or {}
        if reference.get("apiGroup") != GROUP:
            yield not_supported("roleRef.apiGroup", reference.get("apiGroup", ""), (GROUP,))
        if reference.get("kind") not in kinds:
            yield not_supported("roleRef.kind", reference.get("kind", ""), kinds)
        if not reference.get("name"):
            yield required("roleRef.name")
        else:
            yield from check_text(path_segment, reference["name"], "roleRef.name")
        for index, subject in enumerate(binding.get("subjects") or ()):
            yield from _check_subject(subject, f"subjects[{index}]", namespaced="Role" in kinds)

    return check


def _check_subject(subject: Mapping[str, Any], field: str, *, namespaced: bool) -> Errors:
    kind, name, group = subject.get("kind", ""), subject.get("name", ""), subject.get("apiGroup", "")
    if not name:
        yield required(f"{field}.name")
    if kind == "ServiceAccount":
        yield from check_text(dns_subdomain, name, f"{field}.name") if name else ()
        if group:
            yield not_supported(f"{field}.apiGroup", group, ("",))
        if not namespaced and not subject.get("namespace"):
            yield required(f"{field}.namespace")
    elif kind in {"User", "Group"}:
        if group != GROUP:
            yield not_supported(f"{field}.apiGroup", group, (GROUP,))
    else:
        yield not_supported(f"{field}.kind", kind, ("ServiceAccount", "User", "Group"))


def _check_reference(new: Object, old: Object) -> Errors:
    reference = new.get("roleRef") or {}
    if reference != (old.get("roleRef") or {}):
        shown = {
            "APIGroup": reference.get("apiGroup", ""),
            "Kind": reference.get("kind", ""),
            "Name": reference.get("name", ""),
        }
        yield invalid_value("roleRef", shown, "cannot change roleRef")


def _of(body: BodyCheck, change: ChangeCheck = no_change) -> Rules:
    return Rules(body, change, name=path_segment, metadata_on_update=("new", "change"))


RULES: Iterable[tuple[str, str, Rules]] = (
    (GROUP, "roles", _of(_rules(namespaced=True))),
    (GROUP, "clusterroles", _of(_rules(namespaced=False))),
    (GROUP, "rolebindings", _of(_binding("Role", "ClusterRole"), _check_reference)),
    (GROUP, "clusterrolebindings", _of(_binding("ClusterRole"), _check_reference)),
)
