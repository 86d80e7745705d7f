"""Makes a namespace's service accounts again where somebody deletes them (pkg/controller/serviceaccount).

What a new namespace begins with is made by :mod:`namespacecontents`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from plimsoll.errors import ApiError
from plimsoll.kube.resources import NAMESPACES, SERVICEACCOUNTS
from plimsoll.simcluster.controllers.reconciling import Reconciler, Steps, key_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from plimsoll.simcluster.api import Api
    from plimsoll.simcluster.client import ClientEnvironment
    from plimsoll.simcluster.settings import ControllerSettings
    from plimsoll.simcluster.store import StoredChange
    from plimsoll.simcluster.workqueue import Key


class ServiceAccounts:
    """Keeps the accounts that every namespace has."""

    def __init__(
        self, environment: ClientEnvironment, settings: ControllerSettings, api: Api, names: Sequence[str]
    ) -> None:
        self._names = frozenset(names)
        self._namespaces = api.store.collection(NAMESPACES)
        self._accounts = api.store.collection(SERVICEACCOUNTS)
        self._reconciler = Reconciler(environment, settings, api, "serviceaccount-controller", self._story)
        self.queue = self._reconciler.queue
        self._accounts.watchers.append(self._observe)

    def _observe(self, change: StoredChange) -> None:
        if change.type == "DELETED" and change.object["metadata"]["name"] in self._names:
            self.queue.add(key_of(change.object))

    def _story(self, key: Key) -> Steps:
        namespace = self._namespaces.find("", key[0])
        if namespace is None or "deletionTimestamp" in namespace["metadata"] or self._accounts.find(*key) is not None:
            return
        try:
            yield self._reconciler.verbs.create(SERVICEACCOUNTS, key[0], {"metadata": {"name": key[1]}})
        except ApiError as error:
            if error.reason not in {"AlreadyExists", "NotFound", "Forbidden"}:  # the namespace is going
                raise
