"""Decides what a user may do: members of ``system:masters`` everything, others what some role allows them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from plimsoll.registry.authorization.attributes import Attributes, Decision, forbidden
from plimsoll.registry.authorization.resolving import RuleResolver
from plimsoll.registry.authorization.rules import Rule, allows
from plimsoll.registry.requests import User

if TYPE_CHECKING:
    from plimsoll.errors import ApiError
    from plimsoll.simcluster.store import Store

MASTERS = "system:masters"
"""The group that may do everything, whatever the roles say."""

ALWAYS_ALLOWED = frozenset({"/healthz", "/livez", "/readyz"})
"""Paths that anybody may ask for (apiserver, server/options/authorization.go)."""

_ALLOWED = Decision(allowed=True)


class Authorizer:
    """Role-based access control over the roles and bindings in a store."""

    def __init__(self, store: Store) -> None:
        self.resolver = RuleResolver(store)

    def authorize(self, user: User, attributes: Attributes) -> Decision:
        """Decide, with the reason as access reviews give it."""
        if MASTERS in user.groups or attributes.path in ALWAYS_ALLOWED:
            return _ALLOWED
        missing: list[ApiError] = []
        for grant in self.resolver.grants(user, attributes.namespace, missing):
            for rule in grant.rules:
                if allows(rule, attributes):
                    return Decision(allowed=True, reason=f"RBAC: allowed by {grant}")
        return Decision(allowed=False, reason=f"RBAC: {aggregate(missing)}" if missing else "")

    def require(self, user: User, attributes: Attributes) -> None:
        """Raise ``ApiError(403)`` unless it is allowed."""
        decision = self.authorize(user, attributes)
        if not decision.allowed:
            raise forbidden(user, attributes, decision.reason)

    def rules(self, user: User, namespace: str) -> tuple[Sequence[Rule], Sequence[ApiError]]:
        """All rules that apply to a user in a namespace, and the roles that are bound but do not exist."""
        missing: list[ApiError] = []
        return [rule for grant in self.resolver.grants(user, namespace, missing) for rule in grant.rules], missing


def aggregate(errors: Sequence[ApiError]) -> str:
    """Several errors as one text (apimachinery, util/errors): each message once, in brackets where there are more."""
    messages = list(dict.fromkeys(error.message for error in errors))
    return messages[0] if len(messages) == 1 else f"[{', '.join(messages)}]"
