"""The namespace controller: empties a namespace that is being deleted, type by type, then lets it go.

From pkg/controller/namespace: a worker syncs one namespace at a time. A sync marks the namespace, then for every
deletable namespaced type that discovery lists makes a DELETECOLLECTION and a LIST, one after the other, whether or not
there are objects of that type. While pods with a grace period remain the namespace is queued again after half that
grace period. Since 1.33 pods are removed before anything else is looked at.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from plimsoll.errors import ApiError
from plimsoll.kube.resources import NAMESPACES, PODS, Object
from plimsoll.simcluster.client import Client, ClientEnvironment, RequestKind
from plimsoll.simcluster.controllers.namespaceconditions import deletion_conditions
from plimsoll.simcluster.workqueue import Key, WorkQueue

if TYPE_CHECKING:
    from plimsoll.simcluster.api import Api
    from plimsoll.simcluster.settings import ControllerSettings
    from plimsoll.simcluster.store import Collection, StoredChange

UNKNOWN_GRACE_SECONDS = 15
"""What the controller assumes where pods remain that name no grace period (namespaced_resources_deleter.go)."""

FINALIZER = "kubernetes"
"""What keeps a namespace in its ``spec`` until this controller has emptied it."""

REACTION_SECONDS = 0.5
"""Where people look on, a namespace is seen to be terminating also in profiles in which nothing takes time; a real
controller leaves it alone for 5 s (pkg/controller/namespace, namespaceDeletionGracePeriod)."""

Step = tuple[RequestKind, int]
"""Requests that are made one after the other: their kind and their number."""


class NamespaceController:
    """Deletes namespaces with all that is in them."""

    def __init__(self, environment: ClientEnvironment, settings: ControllerSettings, api: Api) -> None:
        self._api = api
        self._settings = settings
        self._namespaces = api.store.collection(NAMESPACES)
        self._pods = api.store.collection(PODS)
        self._client = Client(
            environment,
            "namespace-controller",
            qps=settings.qps * settings.namespace_qps_factor,
            burst=int(settings.burst * settings.namespace_burst_factor),
        )
        self._detailed = environment.event_store is not None
        self._kinds: dict[tuple[str, str], RequestKind] = {}
        self.queue = WorkQueue(environment.kernel, settings.namespace_workers, self._sync)
        self._namespaces.watchers.append(self._observe)

    def _observe(self, change: StoredChange) -> None:
        if change.type == "MODIFIED" and _is_going(change.object) and not (change.old and _is_going(change.old)):
            key = ("", change.object["metadata"]["name"])
            least_seconds = REACTION_SECONDS if self._detailed else 0.0
            self.queue.add_after(key, max(self._settings.namespace_deletion_delay_seconds, least_seconds))

    def _sync(self, key: Key, done: Callable[[], None]) -> None:
        stored = self._namespaces.find(*key)
        if stored is None or not _is_going(stored):
            done()
            return
        self._run(self._steps(key[1]), done)

    def _run(self, steps: Iterator[Step], done: Callable[[], None]) -> None:
        """Make one step's requests, one after the other, then go on to the next step."""
        step = next(steps, None)
        if step is None:
            done()
            return
        kind, count = step
        self._client.call(kind, self._run, steps, done, count=count, in_turn=True)

    def _steps(self, namespace: str) -> Iterator[Step]:
        """One sync as a sequence of requests; what they do to the store is done between them."""
        yield self._kind("GET", "namespaces"), 1
        yield self._kind("PUT", "namespaces/status"), 1
        yield self._kind("LIST", "pods"), 1  # how long may the pods take?
        if self._settings.ordered_namespace_deletion:
            yield from self._empty(self._pods, namespace)
            if self._waits_for_pods(namespace):
                yield from self._report(namespace)
                return
        # most types have nothing here: their requests, all alike, are one step
        held = self._held(namespace)
        for collection in held:
            yield from self._empty(collection, namespace)
        empty_types = self._settings.namespaced_resource_types - len(held)
        if empty_types > 0:
            yield self._deletion("others", 0), empty_types
            yield self._kind("LIST", "others"), empty_types
        yield from self._report(namespace)
        if self._waits_for_pods(namespace) or self._waits_for_finalizers(namespace):
            return
        yield self._kind("PUT", "namespaces/finalize"), 1
        self._finalize(namespace)

    def _finalize(self, namespace: str) -> None:
        """Take this controller's finalizer off the namespace, which goes if that was the last."""
        stored = self._namespaces.find("", namespace)
        if stored is None:
            return
        left = [one for one in (stored.get("spec") or {}).get("finalizers") or () if one != FINALIZER]
        if left or stored["metadata"].get("finalizers"):  # others have something to do yet
            kept = {key: part for key, part in stored["spec"].items() if key != "finalizers"}
            self._namespaces.replace(stored, spec={**kept, **({"finalizers": left} if left else {})})
        else:
            self._api.remove(self._namespaces, stored)

    def _report(self, namespace: str) -> Iterator[Step]:
        """Write down what is left, where anybody may look."""
        stored = self._namespaces.find("", namespace)
        if not self._detailed or stored is None:
            return
        before = stored["status"].get("conditions") or ()
        remaining = {one.resource: one.in_namespace(namespace) for one in self._held(namespace)}
        conditions = deletion_conditions(remaining, before, self._api.timestamp())
        if conditions != before:
            yield self._kind("PUT", "namespaces/status"), 1
            stored = self._namespaces.find("", namespace)
            if stored is not None:
                self._namespaces.replace(stored, status={**stored["status"], "conditions": conditions})

    def _held(self, namespace: str) -> list[Collection]:
        """The types of which there is something in a namespace."""
        return [collection for collection in self._api.store.collections() if collection.holds(namespace)]

    def _waits_for_finalizers(self, namespace: str) -> bool:
        """Whether anything has to be finalized by others; then the namespace is queued again."""
        if not self._held(namespace):
            return False
        self.queue.add_after(("", namespace), UNKNOWN_GRACE_SECONDS // 2 + 1)
        return True

    def _empty(self, collection: Collection, namespace: str) -> Iterator[Step]:
        """DELETECOLLECTION of one type, which deletes its objects one by one, and a LIST to see what is left."""
        plural = collection.resource.plural
        objects = [value for value in collection.in_namespace(namespace) if not _is_going(value)]
        yield self._deletion(plural, len(objects)), 1
        for value in objects:
            try:
                self._api.delete(collection, namespace, value["metadata"]["name"], value["metadata"]["uid"])
            except ApiError:  # gone meanwhile
                continue
        yield self._kind("LIST", plural), 1

    def _waits_for_pods(self, namespace: str) -> bool:
        """Whether there are still pods; then the namespace is queued again for when they ought to be gone."""
        pods = self._pods.in_namespace(namespace)
        if pods:
            grace = max(pod["metadata"].get("deletionGracePeriodSeconds", UNKNOWN_GRACE_SECONDS) for pod in pods)
            self.queue.add_after(("", namespace), grace // 2 + 1)
        return bool(pods)

    def _deletion(self, plural: str, objects: int) -> RequestKind:
        """A DELETECOLLECTION: one request, for which the API server lists the objects and deletes each in turn."""
        kind = self._kind("DELETECOLLECTION", plural)
        reading = self._kind("LIST", plural).cost
        writing = self._kind("DELETE", plural).cost
        cost = replace(
            reading,
            cpu_seconds=reading.cpu_seconds + objects * writing.cpu_seconds,
            latency_seconds=reading.latency_seconds + objects * writing.latency_seconds,
            mutating=True,
        )
        return RequestKind(kind.verb, plural, cost, kind.meter)

    def _kind(self, verb: str, resource: str) -> RequestKind:
        if (verb, resource) not in self._kinds:
            self._kinds[(verb, resource)] = self._client.kind(verb, resource)
        return self._kinds[(verb, resource)]


def _is_going(value: Object) -> bool:
    return "deletionTimestamp" in value["metadata"]
