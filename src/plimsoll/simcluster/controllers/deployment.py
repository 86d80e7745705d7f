"""The deployment controller: one replica set per deployment, scaled with it, and the deployment's status."""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import TYPE_CHECKING

from plimsoll.errors import ApiError
from plimsoll.kube.names import template_hash
from plimsoll.kube.resources import DEPLOYMENTS, REPLICASETS, Object
from plimsoll.simcluster.client import Client, ClientEnvironment
from plimsoll.simcluster.workqueue import Key, WorkQueue

if TYPE_CHECKING:
    from plimsoll.simcluster.api import Api
    from plimsoll.simcluster.settings import ControllerSettings
    from plimsoll.simcluster.store import StoredChange

HASH_LABEL = "pod-template-hash"


class DeploymentController:
    """Creates and scales replica sets, and keeps the deployments' status."""

    def __init__(self, environment: ClientEnvironment, settings: ControllerSettings, api: Api, random: Random) -> None:
        self._api = api
        self._random = random
        self._deployments = api.store.collection(DEPLOYMENTS)
        self._sets = api.store.collection(REPLICASETS)
        self._set_names: dict[str, str] = {}
        self._client = Client(environment, "deployment-controller", qps=settings.qps, burst=settings.burst)
        self._create = self._client.kind("POST", "replicasets")
        self._scale = self._client.kind("PUT", "replicasets")
        self._put_status = self._client.kind("PUT", "deployments/status")
        self._event_client = Client(environment, "controller-events", qps=settings.qps, burst=settings.burst)
        self._post_event = self._event_client.kind("POST", "events")
        self.queue = WorkQueue(environment.kernel, settings.deployment_workers, self._sync)
        self._deployments.watchers.append(self._observe_deployment)
        self._sets.watchers.append(self._observe_set)

    def _observe_deployment(self, change: StoredChange) -> None:
        metadata = change.object["metadata"]
        if change.type == "DELETED":
            self._set_names.pop(metadata["uid"], None)
        else:
            self.queue.add((metadata["namespace"], metadata["name"]))

    def _observe_set(self, change: StoredChange) -> None:
        metadata = change.object["metadata"]
        for owner in metadata.get("ownerReferences", ()):
            if owner["kind"] == "Deployment":
                self.queue.add((metadata["namespace"], owner["name"]))

    def _sync(self, key: Key, done: Callable[[], None]) -> None:
        deployment = self._deployments.find(*key)
        if deployment is None or "deletionTimestamp" in deployment["metadata"]:
            done()
            return
        uid = deployment["metadata"]["uid"]
        name = self._set_names.get(uid)
        replica_set = self._sets.find(key[0], name) if name is not None else None
        if name is None:
            self._client.call(self._create, self._created, deployment, done, failed=lambda error: self._refused(key, done, error))
        elif replica_set is None:
            done()
        elif replica_set["spec"].get("replicas", 1) != deployment["spec"].get("replicas", 1):
            self._client.call(self._scale, self._scaled, key, name, done)
        else:
            self._update_status(key, deployment, replica_set, done)

    def _created(self, deployment: Object, done: Callable[[], None]) -> None:
        metadata = deployment["metadata"]
        replica_set = _replica_set(deployment, template_hash(self._random))
        self._api.create(self._sets, metadata["namespace"], replica_set)
        self._set_names[metadata["uid"]] = replica_set["metadata"]["name"]
        self._event_client.post(self._post_event)
        done()

    def _refused(self, key: Key, done: Callable[[], None], _error: ApiError) -> None:
        self.queue.retry(key)
        done()

    def _scaled(self, key: Key, name: str, done: Callable[[], None]) -> None:
        deployment, replica_set = self._deployments.find(*key), self._sets.find(key[0], name)
        if deployment is not None and replica_set is not None:
            replicas = deployment["spec"].get("replicas", 1)
            self._sets.replace(replica_set, spec={**replica_set["spec"], "replicas": replicas})
        done()

    def _update_status(self, key: Key, deployment: Object, replica_set: Object, done: Callable[[], None]) -> None:
        status = replica_set.get("status", {})
        if not status or deployment.get("status") == status:
            done()
        else:
            self._client.call(self._put_status, self._status_put, key, status, done)

    def _status_put(self, key: Key, status: Object, done: Callable[[], None]) -> None:
        deployment = self._deployments.find(*key)
        if deployment is not None:
            self._deployments.replace(deployment, status=status)
        done()


def _replica_set(deployment: Object, suffix: str) -> Object:
    """The replica set of a deployment's template. Its pods share the template's spec with the deployment."""
    metadata = deployment["metadata"]
    spec = deployment["spec"]
    template = spec["template"]
    labels = {**template["metadata"].get("labels", {}), HASH_LABEL: suffix}
    owner = {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "name": metadata["name"],
        "uid": metadata["uid"],
        "controller": True,
        "blockOwnerDeletion": True,
    }
    return {
        "metadata": {"name": f"{metadata['name']}-{suffix}", "labels": labels, "ownerReferences": [owner]},
        "spec": {
            "replicas": spec.get("replicas", 1),
            "selector": {"matchLabels": {**spec["selector"].get("matchLabels", {}), HASH_LABEL: suffix}},
            "template": {**template, "metadata": {**template["metadata"], "labels": labels}},
        },
    }
