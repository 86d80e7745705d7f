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
        ordered = sorted(self._roles, key=lambda role: role["metadata"]["name"])
        for role in ordered:
            if role.get("aggregationRule"):
                current = self._roles.find("", role["metadata"]["name"])
                rules = self._gather(role)
                if current is not None and rules != (current.get("rules") or []):
                    self._roles.replace(current, rules=rules)

    def _gather(self, role: Object) -> list[Rule]:
        ordered = sorted(self._roles, key=lambda other: other["metadata"]["name"])
        rules: list[Rule] = []
        for selector in role["aggregationRule"].get("clusterRoleSelectors") or ():
            wanted = selector_of(selector)
            for other in ordered:
                metadata = other["metadata"]
                if metadata["name"] != role["metadata"]["name"] and wanted.matches(metadata.get("labels") or {}):
                    rules.extend(rule for rule in other.get("rules") or () if rule not in rules)
        return rules

    def _observe(self, change: StoredChange) -> None:
        """React to a change that matters: a role that is aggregated, or that can be."""
        before, after = change.old or {}, change.object
        if any(role.get("aggregationRule") or (role.get("metadata") or {}).get("labels") for role in (before, after)):
            self.aggregate()
