"""The registry: one cluster's API behind two calls, :meth:`Registry.handle` and :meth:`Registry.watch`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from plimsoll.kube.labels import JOB_LABEL
from plimsoll.kube.resources import PODS, SERVICES
from plimsoll.registry.admission.plugins import default_plugins
from plimsoll.registry.allocation.services import ServiceNumbers
from plimsoll.registry.backing import Backing
from plimsoll.registry.bootstrap.objects import install
from plimsoll.registry.catalogue import ServedResources
from plimsoll.registry.componentapi import ServedApi
from plimsoll.registry.definitions import DefinitionControllers, resource_of
from plimsoll.registry.housekeeping import Housekeeping
from plimsoll.registry.identity import Identity
from plimsoll.registry.measurements import Measurements
from plimsoll.registry.options import DeleteOptions
from plimsoll.registry.refusals import method_not_allowed, no_such_page
from plimsoll.registry.requests import Request
from plimsoll.registry.subresources.table import SCALES, SUBRESOURCES
from plimsoll.registry.verbs.creating import create
from plimsoll.registry.verbs.deleting import delete, delete_object
from plimsoll.registry.verbs.deletingmany import delete_collection
from plimsoll.registry.verbs.listing import list_objects
from plimsoll.registry.verbs.moulds import Moulds
from plimsoll.registry.verbs.patching import patch
from plimsoll.registry.verbs.reading import get
from plimsoll.registry.verbs.updating import update
from plimsoll.registry.verbs.watching import Broadcaster, Watch, open_watch
from plimsoll.telemetry import Milestone

if TYPE_CHECKING:
    from collections.abc import Mapping

    from plimsoll.kube.resources import Object, Resource
    from plimsoll.registry.requests import Answer, Receive
    from plimsoll.registry.served import Served
    from plimsoll.simcluster.assembly import SimulatedCluster
    from plimsoll.simcluster.store import StoredChange

_VERBS = {
    "get": get,
    "list": list_objects,
    "create": create,
    "update": update,
    "patch": patch,
    "delete": delete,
    "deletecollection": delete_collection,
}


Question = Callable[["Request"], "Answer"]


class Registry:
    """The API of one cluster. It is synchronous and lives in the kernel's time, as everything that it changes does.

    ``questions`` are resources and subresources that are answered and never stored, by group, plural and subresource;
    whoever knows the server's users adds theirs (:mod:`plimsoll.registry.questions`).
    """

    def __init__(self, cluster: SimulatedCluster) -> None:
        store, random = cluster.store, cluster.streams.stream("registry")
        self.cluster = cluster
        self.resources = ServedResources(store)
        identity = Identity(cluster.kernel, random, cluster.epoch_seconds)
        measurements = Measurements(store, identity, self.resources)
        self.questions: Mapping[tuple[str, str, str], Question] = measurements.by_resource()
        numbers = ServiceNumbers(random, store.collection(SERVICES))
        store.collection(PODS).indexers.append(self._report_pod)
        companions = {(SERVICES.group, SERVICES.plural): numbers}
        admission = default_plugins(store, identity.suffix)
        self.backing = Backing(store, identity, admission, companions, Moulds(store))
        self._broadcasters: dict[tuple[str, str], Broadcaster] = {}
        DefinitionControllers(cluster.kernel, store, identity, self._delete_all)
        install(self.backing)
        store.compact(store.revision)
        Housekeeping(cluster.kernel, store)
        if isinstance(cluster.api, ServedApi):
            cluster.api.connect(self)

    def resolve(self, group: str, version: str, plural: str) -> Resource | None:
        """The resource that a URL names; None where nothing is served there."""
        return self.resources.find(group, version, plural)

    def handle(self, request: Request) -> Answer:
        """Do what a request asks for, at once. ``ApiError`` is the refusal to answer with."""
        served = self._served(request)
        resource, subresource, verb = request.resource, request.subresource, request.verb
        question = self.questions.get((resource.group, resource.plural, subresource))
        if question is not None:
            return question(request)
        if subresource == "scale":
            return SCALES[verb](self.backing, served, request)
        handler = SUBRESOURCES.get((resource.plural, subresource, verb)) or _VERBS[verb]
        return handler(self.backing, served, request)

    def watch(self, request: Request, receive: Receive) -> Watch:
        """Open a watch; events that come first are received before this returns. ``ApiError`` where it is refused."""
        served = self._served(request)
        stored = served.collection.resource
        key = stored.group, stored.plural
        if key not in self._broadcasters:
            self._broadcasters[key] = Broadcaster(served.collection)
        return open_watch(self.backing, self._broadcasters[key], served, request, receive)

    def _report_pod(self, change: StoredChange) -> None:
        """Tell of a new pod, whoever created it."""
        if change.type != "ADDED":
            return
        metadata, telemetry, now = change.object["metadata"], self.cluster.telemetry, self.cluster.kernel.now
        job = (metadata.get("labels") or {}).get(JOB_LABEL, "")
        telemetry.pod(metadata["uid"], metadata["namespace"], metadata["name"], job, now)
        telemetry.milestone(now, metadata["uid"], Milestone.CREATED)

    def _delete_all(self, definition: Object) -> None:
        """Delete the objects of a definition that is being deleted."""
        resource = resource_of(definition)
        served = self.resources.served(resource)
        if served is None:
            return
        for stored in tuple(served.collection):
            request = Request("delete", resource, stored["metadata"].get("namespace", ""), stored["metadata"]["name"])
            delete_object(self.backing, served, request, stored, DeleteOptions())

    def _served(self, request: Request) -> Served:
        served = self.resources.served(request.resource)
        if served is None:
            raise no_such_page()
        verbs = served.verbs if not request.subresource else served.subresources.get(request.subresource)
        if verbs is None:
            raise no_such_page()
        if request.verb not in verbs and served.custom is None:  # custom ones that go only say that they do less
            raise method_not_allowed()
        return served
