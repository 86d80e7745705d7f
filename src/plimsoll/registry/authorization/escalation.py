"""Nobody hands out more than they have: the check on writing roles and bindings.

A user may grant a right only who has it, unless a role allows to ``escalate`` the role or to ``bind`` it (kubernetes,
registry/rbac/escalation_check.go and */policybased).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from plimsoll.registry.authorization.attributes import Attributes
from plimsoll.registry.authorization.authorizer import MASTERS
from plimsoll.registry.authorization.resolving import GROUP
from plimsoll.registry.authorization.rules import Rule, compact, describe, missing_rules, quoted
from plimsoll.registry.refusals import forbidden

if TYPE_CHECKING:
    from collections.abc import Sequence

    from plimsoll.kube.resources import Object, Resource
    from plimsoll.registry.authorization.authorizer import Authorizer
    from plimsoll.registry.requests import User

ROLE_KINDS = frozenset({"Role", "ClusterRole"})
BINDING_KINDS = frozenset({"RoleBinding", "ClusterRoleBinding"})
COLLECTED_METADATA = frozenset({"ownerReferences", "finalizers", "managedFields", "resourceVersion"})
"""What may change without a check, so that the garbage collector can do its work."""


def check_escalation(
    authorizer: Authorizer, user: User, resource: Resource, new: Object, old: Object | None = None
) -> None:
    """Check a role or binding before it is written; other kinds pass.

    Raises ``ApiError``: 403 where it grants more than the user has, 404 where a binding's role does not exist.
    """
    if resource.group != GROUP or MASTERS in user.groups or (old is not None and _same(new, old)):
        return
    if resource.kind in ROLE_KINDS:
        _check_role(authorizer, user, resource, new)
    elif resource.kind in BINDING_KINDS:
        _check_binding(authorizer, user, resource, new)


def _same(new: Object, old: Object) -> bool:
    """Whether nothing differs but what the garbage collector writes."""

    def essence(value: Object) -> dict[str, object]:
        metadata = {key: part for key, part in value["metadata"].items() if key not in COLLECTED_METADATA}
        return {**value, "metadata": metadata}

    return essence(new) == essence(old)


def _check_role(authorizer: Authorizer, user: User, resource: Resource, role: Object) -> None:
    name, namespace = role["metadata"].get("name", ""), role["metadata"].get("namespace", "")
    escalate = Attributes("escalate", GROUP, resource.plural, namespace=namespace, name=name)
    if not authorizer.authorize(user, escalate).allowed:
        rules = list(role.get("rules") or ())
        if role.get("aggregationRule"):
            rules.append({"apiGroups": ["*"], "resources": ["*"], "verbs": ["*"]})
            rules.append({"nonResourceURLs": ["*"], "verbs": ["*"]})
        _require_held(authorizer, user, resource, role, rules)


def _check_binding(authorizer: Authorizer, user: User, resource: Resource, binding: Object) -> None:
    role, namespace = binding["roleRef"], binding["metadata"].get("namespace", "")
    plural = "clusterroles" if role["kind"] == "ClusterRole" else "roles"
    bind = Attributes("bind", role.get("apiGroup", GROUP), plural, namespace=namespace, name=role["name"])
    if not authorizer.authorize(user, bind).allowed:
        rules = authorizer.resolver.rules_of(role, namespace)
        _require_held(authorizer, user, resource, binding, rules)


def _require_held(
    authorizer: Authorizer, user: User, resource: Resource, written: Object, rules: Sequence[Rule]
) -> None:
    namespace = written["metadata"].get("namespace", "")
    held, unresolved = authorizer.rules(user, namespace)
    missing = missing_rules(held, rules)
    if not missing:
        return
    lines = "\n".join(sorted({describe(rule) for rule in compact(missing)}))
    who = f'user "{user.name}" (groups={quoted(user.groups)})'
    message = f"{who} is attempting to grant RBAC permissions not currently held:\n{lines}"
    if unresolved:
        message += f"; resolution errors: [{' '.join(error.message for error in unresolved)}]"
    raise forbidden(resource, written["metadata"].get("name", ""), message)
