"""Fills in cluster roles that are made up of others (pkg/controller/clusterroleaggregation)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plimsoll.kube.resources import CLUSTERROLES
from plimsoll.kube.selectors import selector_of
from plimsoll.simcluster.controllers.reconciling import Reconciler, Steps, follow, key_of

if TYPE_CHECKING:
    from plimsoll.kube.resources import Object
    from plimsoll.simcluster.api import Api
    from plimsoll.simcluster.client import ClientEnvironment
    from plimsoll.simcluster.controllers.ownership import Ownership
    from plimsoll.simcluster.settings import ControllerSettings
    from plimsoll.simcluster.store import StoredChange
    from plimsoll.simcluster.workqueue import Key

WORKERS = 5


class ClusterRoleAggregation:
    """Keeps the rules of aggregated roles the sum of those of the roles that they select."""

    def __init__(
        self,
        environment: ClientEnvironment,
        settings: ControllerSettings,
        api: Api,
        ownership: Ownership,  # noqa: ARG002 - controllers are made alike
    ) -> None:
        self._roles = api.store.collection(CLUSTERROLES)
        name = "clusterrole-aggregation-controller"
        self._reconciler = Reconciler(environment, settings, api, name, self._story, workers=WORKERS)
        self.queue = self._reconciler.queue
        follow(self._roles, self._observe)

    def _observe(self, _change: StoredChange) -> None:
        for role in self._roles:
            if role.get("aggregationRule"):
                self.queue.add(key_of(role))

    def _story(self, key: Key) -> Steps:
        role = self._roles.find(*key)
        if role is None or not role.get("aggregationRule"):
            return
        rules: list[Object] = []
        for selector in map(selector_of, role["aggregationRule"].get("clusterRoleSelectors") or ()):
            for other in sorted(self._roles, key=lambda one: str(one["metadata"]["name"])):
                if other is not role and selector.matches(other["metadata"].get("labels") or {}):
                    rules += [rule for rule in other.get("rules") or () if rule not in rules]
        if rules != (role.get("rules") or []):
            yield self._reconciler.verbs.update(CLUSTERROLES, {**role, "rules": rules})
