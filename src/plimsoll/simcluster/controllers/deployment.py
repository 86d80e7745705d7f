"""The deployment controller: what it watches, and the short way for deployments that are as they were created.

A load makes thousands of deployments whose templates never change: one replica set each, scaled with it, and a status.
Those are synced here, in as few steps as possible. Every other deployment is synced by :mod:`rollout`; in a cluster
that people look into, all of them are.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from plimsoll.errors import ApiError
from plimsoll.kernel import Random
from plimsoll.kube.resources import DEPLOYMENTS, REPLICASETS, Object
from plimsoll.kube.selectors import selector_of
from plimsoll.simcluster.api import NamespaceTerminatingError
from plimsoll.simcluster.client import Client, ClientEnvironment
from plimsoll.simcluster.controllers.deploymentparts import SharedStatuses, SharedTemplates, replica_set_of
from plimsoll.simcluster.controllers.ownership import Ownership, controller_reference, selects
from plimsoll.simcluster.controllers.reconciling import Reconciler, Steps
from plimsoll.simcluster.controllers.rollout import Rollout, deployment_keys
from plimsoll.simcluster.workqueue import Key

if TYPE_CHECKING:
    from plimsoll.simcluster.api import Api
    from plimsoll.simcluster.settings import ControllerSettings
    from plimsoll.simcluster.store import StoredChange


REACTION_SECONDS = 0.1
"""What a real controller needs to notice a change and write something: also where a profile's requests take no time,
nobody who looks expects an answer to his update before he has made the next, …"""
LONGEST_REACTION_SECONDS = 1.0
"""… nor to wait longer than this because somebody else goes on changing things."""


class DeploymentController:
    """Creates and scales replica sets, and keeps the deployments' status."""

    def __init__(
        self,
        environment: ClientEnvironment,
        settings: ControllerSettings,
        api: Api,
        random: Random,
        ownership: Ownership | None = None,
    ) -> None:
        self._api = api
        self._deployments = api.store.collection(DEPLOYMENTS)
        self._sets = api.store.collection(REPLICASETS)
        self._hashes: dict[str, str] = {}
        """The hash of the template with which each deployment began, by the deployment's UID."""
        self._collided: set[str] = set()
        """UIDs of deployments that found the name of their replica set taken by another's."""
        self._templates = SharedTemplates(random)
        self._statuses = SharedStatuses()
        self._detailed = environment.event_store is not None
        self._ownership = ownership if ownership is not None else Ownership(api.store)
        self._rolled: dict[str, Object] = {}
        """The templates that deployments began with, by UID, for deployments that take the short way."""
        self._reconciler = Reconciler(
            environment,
            settings,
            api,
            "deployment-controller",
            self._roll_out,
            workers=settings.deployment_workers,
            shortcut=self._sync_unchanged,
        )
        self.queue = self._reconciler.queue
        self._client = self._reconciler.verbs.client
        self._create = self._client.kind("POST", "replicasets")
        self._scale = self._client.kind("PUT", "replicasets")
        self._put_status = self._client.kind("PUT", "deployments/status")
        self._event_client = Client(environment, "controller-events", qps=settings.qps, burst=settings.burst)
        self._post_event = self._event_client.kind("POST", "events")
        self._deployments.watchers.append(self._observe_deployment)
        self._sets.watchers.append(self._observe_set)

    def _observe_deployment(self, change: StoredChange) -> None:
        metadata = change.object["metadata"]
        if change.type == "DELETED":
            self._hashes.pop(metadata["uid"], None)
            self._rolled.pop(metadata["uid"], None)
            self._collided.discard(metadata["uid"])
        elif self._detailed and change.type == "MODIFIED":
            self._react((metadata["namespace"], metadata["name"]))
        else:
            self.queue.add((metadata["namespace"], metadata["name"]))

    def _observe_set(self, change: StoredChange) -> None:
        for key in deployment_keys(change.object):
            if self._detailed:
                self._react(key)
            else:
                self.queue.add(key)
        if self._detailed and controller_reference(change.object) is None:
            self._offer_orphan(change.object)

    def _react(self, key: Key) -> None:
        self.queue.add_when_quiet(key, REACTION_SECONDS, LONGEST_REACTION_SECONDS)

    def _offer_orphan(self, replica_set: Object) -> None:
        """A replica set without a controller may be taken on by a deployment."""
        namespace = replica_set["metadata"]["namespace"]
        for deployment in self._deployments.in_namespace(namespace):
            if selects(selector_of(deployment["spec"]["selector"]))(replica_set):
                self.queue.add((namespace, deployment["metadata"]["name"]))

    def _roll_out(self, key: Key) -> Steps:
        deployment = self._deployments.find(*key)
        if deployment is not None:
            yield from Rollout(self._reconciler, self._ownership, deployment).run()

    def _sync_unchanged(self, key: Key, done: Callable[[], None]) -> bool:
        """Take the short way, unless the deployment has been changed in more than its size."""
        deployment = self._deployments.find(*key)
        if self._detailed and deployment is not None:
            return False
        if deployment is None:
            done()
            return True
        template = deployment["spec"]["template"]
        if self._rolled.setdefault(deployment["metadata"]["uid"], template) is not template or deployment["spec"].get(
            "paused"
        ):
            return False
        self._sync(key, deployment, done)
        return True

    def _sync(self, key: Key, deployment: Object, done: Callable[[], None]) -> None:
        replica_set = self._set_of(deployment)
        if replica_set is None:
            self._client.call(
                self._create,
                self._created,
                deployment,
                done,
                failed=lambda error: self._refused(deployment, done, error),
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
        uid = deployment["metadata"]["uid"]
        shared = self._templates
        template = shared.another(deployment["spec"]) if uid in self._collided else shared.of(deployment["spec"])
        self._api.create(self._sets, deployment["metadata"]["namespace"], replica_set_of(deployment, template))
        self._hashes[uid] = template.suffix
        self._event_client.post(self._post_event)
        done()

    def _refused(self, deployment: Object, done: Callable[[], None], error: ApiError) -> None:
        metadata = deployment["metadata"]
        key = (metadata["namespace"], metadata["name"])
        if isinstance(error, NamespaceTerminatingError):
            self.queue.forget_failures(key)
        else:
            if error.reason == "AlreadyExists":
                self._collided.add(metadata["uid"])
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
        status = self._statuses.of(deployment, replica_set["status"], self._api.timestamp())
        if deployment["status"] == status:
            done()
        else:
            self._client.call(self._put_status, self._status_put, key, deployment["metadata"]["uid"], status, done)

    def _status_put(self, key: Key, uid: str, status: Object, done: Callable[[], None]) -> None:
        deployment = self._deployments.find(*key)
        if deployment is not None and deployment["metadata"]["uid"] == uid:
            self._deployments.replace(deployment, status=status)
        done()
