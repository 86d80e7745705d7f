"""Cluster roles that are made of others: their rules follow the roles that their selectors find.

As the controller of Kubernetes does it (pkg/controller/clusterroleaggregation): roles in the order of their names, each
rule once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from plimsoll.kube.selectors import selector_of
from plimsoll.registry.authorization.resolving import CLUSTERROLES

if TYPE_CHECKING:
    from plimsoll.kube.resources import Object
    from plimsoll.kube.selectors import LabelSelector
    from plimsoll.registry.authorization.rules import Rule
    from plimsoll.simcluster.store import Store, StoredChange

AGGREGATE_PREFIX = "rbac.authorization.k8s.io/aggregate-to-"
"""Labels that begin so put a role into ``admin``, ``edit`` or ``view``."""


class RoleAggregation:
    """Keeps aggregated roles up to date from the moment at which it is made."""

    def __init__(self, store: Store) -> None:
        self._roles = store.collection(CLUSTERROLES)
        self._roles.watchers.append(self._observe)
        self.aggregate()

    def aggregate(self) -> None:
        """Bring every aggregated role up to date. A role may be made of aggregated ones: their change comes in turn."""
        for role in sorted(self._roles, key=_name):
            self._refresh(_name(role))

    def _observe(self, change: StoredChange) -> None:
        """Bring the roles up to date that a change concerns: the changed one, and those that it is or was a part of."""
        states = [state for state in (change.old, change.object) if state is not None]
        for role in [role for role in self._roles if role.get("aggregationRule")]:
            found = any(selector.matches(_labels(state)) for selector in _selectors(role) for state in states)
            if found or _name(role) == _name(change.object):
                self._refresh(_name(role))

    def _refresh(self, name: str) -> None:
        role = self._roles.find("", name)
        if role is not None and role.get("aggregationRule"):
            rules = self._gather(role)
            if rules != (role.get("rules") or []):
                self._roles.replace(role, rules=rules)

    def _gather(self, role: Object) -> list[Rule]:
        ordered = sorted(self._roles, key=_name)
        rules: list[Rule] = []
        for selector in _selectors(role):
            for other in ordered:
                if other is not role and selector.matches(_labels(other)):
                    rules.extend(rule for rule in other.get("rules") or () if rule not in rules)
        return rules


def _name(role: Object) -> str:
    name: str = role["metadata"]["name"]
    return name


def _labels(role: Object) -> dict[str, str]:
    return role["metadata"].get("labels") or {}


def _selectors(role: Object) -> list[LabelSelector]:
    return [selector_of(selector) for selector in role["aggregationRule"].get("clusterRoleSelectors") or ()]
