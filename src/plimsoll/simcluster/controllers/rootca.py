"""Publishes the cluster's CA bundle in every namespace, and puts it right where somebody changes it.

From pkg/controller/certificates/rootcacertpublisher.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from plimsoll.errors import ApiError
from plimsoll.kube.resources import CONFIGMAPS, NAMESPACES, Object
from plimsoll.simcluster.controllers.reconciling import Reconciler, Steps, follow

if TYPE_CHECKING:
    from plimsoll.simcluster.api import Api
    from plimsoll.simcluster.client import ClientEnvironment
    from plimsoll.simcluster.settings import ControllerSettings
    from plimsoll.simcluster.store import StoredChange
    from plimsoll.simcluster.workqueue import Key

CONFIG_MAP = "kube-root-ca.crt"
BUNDLE = "ca.crt"
DESCRIPTION = "kubernetes.io/description"
TEXT = (
    "Contains a CA bundle that can be used to verify the kube-apiserver when using internal endpoints such as the"
    " internal service IP or kubernetes.default.svc. No other usage is guaranteed across distributions of Kubernetes"
    " clusters."
)


class RootCaPublisher:
    """Keeps ``kube-root-ca.crt`` in every namespace."""

    def __init__(self, environment: ClientEnvironment, settings: ControllerSettings, api: Api) -> None:
        self._data = {BUNDLE: ""}
        self._namespaces = api.store.collection(NAMESPACES)
        self._config_maps = api.store.collection(CONFIGMAPS)
        self._reconciler = Reconciler(environment, settings, api, "root-ca-cert-publisher", self._story)
        self.queue = self._reconciler.queue
        follow(self._namespaces, self._observe_namespace)
        follow(self._config_maps, self._observe_config_map)

    def publish(self, ca_bundle: str) -> None:
        """Publish these certificates (PEM) from now on."""
        self._data = {BUNDLE: ca_bundle}
        for namespace in self._namespaces:
            self.queue.add((namespace["metadata"]["name"], CONFIG_MAP))

    def _observe_namespace(self, change: StoredChange) -> None:
        if change.type == "ADDED":
            self.queue.add((change.object["metadata"]["name"], CONFIG_MAP))

    def _observe_config_map(self, change: StoredChange) -> None:
        metadata = change.object["metadata"]
        if metadata["name"] == CONFIG_MAP and change.type != "ADDED":
            self.queue.add((metadata["namespace"], CONFIG_MAP))

    def _story(self, key: Key) -> Steps:
        namespace = self._namespaces.find("", key[0])
        if namespace is None or "deletionTimestamp" in namespace["metadata"]:
            return
        stored = self._config_maps.find(*key)
        verbs = self._reconciler.verbs
        if stored is None:
            body = {"metadata": {"name": CONFIG_MAP, "annotations": {DESCRIPTION: TEXT}}, "data": self._data}
            try:
                yield verbs.create(CONFIGMAPS, key[0], body)
            except ApiError as error:
                if error.reason not in {"AlreadyExists", "NotFound", "Forbidden"}:  # the namespace is going
                    raise
        elif not self._is_right(stored):
            annotations = {**(stored["metadata"].get("annotations") or {}), DESCRIPTION: TEXT}
            metadata = {**stored["metadata"], "annotations": annotations}
            yield verbs.update(CONFIGMAPS, {**stored, "metadata": metadata, "data": self._data})

    def _is_right(self, stored: Object) -> bool:
        annotations = stored["metadata"].get("annotations") or {}
        return stored.get("data") == self._data and bool(annotations.get(DESCRIPTION))
