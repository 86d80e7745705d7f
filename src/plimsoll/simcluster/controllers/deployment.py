"""The deployment controller: one replica set per deployment, scaled with it, and the deployment's status.

Not simulated: rolling updates. A deployment's template is what it was when the deployment was created.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from plimsoll.errors import ApiError
from plimsoll.kernel import Random
from plimsoll.kube.names import template_hash
from plimsoll.kube.resources import DEPLOYMENTS, REPLICASETS, Object
from plimsoll.simcluster.api import NamespaceTerminatingError
from plimsoll.simcluster.client import Client, ClientEnvironment
from plimsoll.simcluster.workqueue import Key, WorkQueue

if TYPE_CHECKING:
    from plimsoll.simcluster.api import Api
    from plimsoll.simcluster.settings import ControllerSettings
    from plimsoll.simcluster.store import StoredChange

HASH_LABEL = "pod-template-hash"

MAX_UNAVAILABLE = 0.25
"""``strategy.rollingUpdate.maxUnavailable``, of which Kubernetes takes the whole part."""

_FIRST_REVISION: Object = {"deployment.kubernetes.io/revision": "1"}


class DeploymentController:
    """Creates and scales replica sets, and keeps the deployments' status."""

    def __init__(self, environment: ClientEnvironment, settings: ControllerSettings, api: Api, random: Random) -> None:
        self._api = api
        self._random = random
        self._deployments = api.store.collection(DEPLOYMENTS)
        self._sets = api.store.collection(REPLICASETS)
        self._hashes: dict[str, str] = {}
        """The hash of each deployment's template, by the deployment's UID. Here it is drawn, not computed."""
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
            self._hashes.pop(metadata["uid"], None)
        else:
            self.queue.add((metadata["namespace"], metadata["name"]))

    def _observe_set(self, change: StoredChange) -> None:
        metadata = change.object["metadata"]
        for owner in metadata.get("ownerReferences", ()):
            if owner["kind"] == "Deployment":
                self.queue.add((metadata["namespace"], owner["name"]))

    def _sync(self, key: Key, done: Callable[[], None]) -> None:
        deployment = self._deployments.find(*key)
        if deployment is None:
            done()
            return
        replica_set = self._set_of(deployment)
        if replica_set is None:
            self._client.call(
                self._create, self._created, deployment, done, failed=lambda error: self._refused(key, done, error)
            )
        elif replica_set["spec"]["replicas"] != deployment["spec"]["replicas"]:
            self._client.call(self._scale, self._scaled, key, done)
        else:
            self.queue.forget_failures(key)
            self._update_status(key, deployment, replica_set, done)

    def _set_of(self, deployment: Object) -> Object | None:
        metadata = deployment["metadata"]
        suffix = self._hashes.get(metadata["uid"])
        return self._sets.find(metadata["namespace"], f"{metadata['name']}-{suffix}") if suffix is not None else None

    def _created(self, deployment: Object, done: Callable[[], None]) -> None:
        metadata = deployment["metadata"]
        suffix = self._hashes.setdefault(metadata["uid"], template_hash(self._random))
        self._api.create(self._sets, metadata["namespace"], _replica_set(deployment, suffix))
        self._event_client.post(self._post_event)
        done()

    def _refused(self, key: Key, done: Callable[[], None], error: ApiError) -> None:
        if isinstance(error, NamespaceTerminatingError):
            self.queue.forget_failures(key)
        else:
            self.queue.retry(key)
        done()

    def _scaled(self, key: Key, done: Callable[[], None]) -> None:
        deployment = self._deployments.find(*key)
        replica_set = self._set_of(deployment) if deployment is not None else None
        if deployment is not None and replica_set is not None:
            self._api.set_replicas(self._sets, replica_set, deployment["spec"]["replicas"])
            self._event_client.post(self._post_event)
        done()

    def _update_status(self, key: Key, deployment: Object, replica_set: Object, done: Callable[[], None]) -> None:
        status = _status(deployment, replica_set["status"], self._api.timestamp())
        if deployment["status"] == status:
            done()
        else:
            self._client.call(self._put_status, self._status_put, key, deployment["metadata"]["uid"], status, done)

    def _status_put(self, key: Key, uid: str, status: Object, done: Callable[[], None]) -> None:
        deployment = self._deployments.find(*key)
        if deployment is not None and deployment["metadata"]["uid"] == uid:
            self._deployments.replace(deployment, status=status)
        done()


def _status(deployment: Object, of_set: Object, now: str) -> Object:
    """The status as the API shows it: counts of zero are left out."""
    wanted = deployment["spec"]["replicas"]
    replicas = of_set["replicas"]
    available = of_set.get("availableReplicas", 0)
    counts = {
        "replicas": replicas,
        "updatedReplicas": replicas,
        "readyReplicas": of_set.get("readyReplicas", 0),
        "availableReplicas": available,
        "unavailableReplicas": max(wanted - available, 0),
    }
    enough = available >= wanted - int(wanted * MAX_UNAVAILABLE)
    complete = replicas == available == wanted
    return {
        "observedGeneration": deployment["metadata"]["generation"],
        **{name: count for name, count in counts.items() if count},
        "conditions": _conditions(deployment["status"].get("conditions"), now, enough=enough, complete=complete),
    }


def _conditions(before: list[Object] | None, now: str, *, enough: bool, complete: bool) -> list[Object]:
    """The conditions Available and Progressing; those that have not changed are the objects they were."""
    available = {
        "type": "Available",
        "status": str(enough),
        "reason": "MinimumReplicasAvailable" if enough else "MinimumReplicasUnavailable",
        "lastTransitionTime": now,
    }
    progressing = {
        "type": "Progressing",
        "status": "True",
        "reason": "NewReplicaSetAvailable" if complete else "ReplicaSetUpdated",
        "lastTransitionTime": now,
    }
    if before is None:
        return [available, progressing]
    return [
        old if old["status"] == new["status"] and old["reason"] == new["reason"] else new
        for old, new in zip(before, (available, progressing), strict=True)
    ]


def _replica_set(deployment: Object, suffix: str) -> Object:
    """The replica set of a deployment's template. Its pods share the template's spec with the deployment."""
    metadata = deployment["metadata"]
    spec = deployment["spec"]
    template = spec["template"]
    labels = {**template["metadata"]["labels"], HASH_LABEL: suffix}
    owner = {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "name": metadata["name"],
        "uid": metadata["uid"],
        "controller": True,
        "blockOwnerDeletion": True,
    }
    return {
        "metadata": {
            "name": f"{metadata['name']}-{suffix}",
            "labels": labels,
            "annotations": _FIRST_REVISION,
            "ownerReferences": [owner],
        },
        "spec": {
            "replicas": spec["replicas"],
            "selector": {"matchLabels": {**spec["selector"]["matchLabels"], HASH_LABEL: suffix}},
            "template": {**template, "metadata": {**template["metadata"], "labels": labels}},
        },
    }
