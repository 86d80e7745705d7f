"""kube-controller-manager: which controllers a cluster has, and what happens to all of them when it is down."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from importlib import import_module
from typing import TYPE_CHECKING, NamedTuple, Protocol

from plimsoll.kube.resources import (
    CRONJOBS,
    DAEMONSETS,
    ENDPOINTS,
    HORIZONTALPODAUTOSCALERS,
    JOBS,
    PERSISTENTVOLUMECLAIMS,
    PERSISTENTVOLUMES,
    PODDISRUPTIONBUDGETS,
    REPLICATIONCONTROLLERS,
    RESOURCEQUOTAS,
    SERVICES,
    STATEFULSETS,
    Resource,
)
from plimsoll.simcluster.controllers.context import ControllerContext
from plimsoll.simcluster.controllers.deployment import DeploymentController
from plimsoll.simcluster.controllers.dormant import Dormant
from plimsoll.simcluster.controllers.garbage import GarbageCollector
from plimsoll.simcluster.controllers.namespace import NamespaceController
from plimsoll.simcluster.controllers.namespacecontents import NamespaceContents
from plimsoll.simcluster.controllers.nodelifecycle import NodeLifecycle
from plimsoll.simcluster.controllers.ownership import Ownership
from plimsoll.simcluster.controllers.replicaset import ReplicaSetController

if TYPE_CHECKING:
    from plimsoll.kernel import Streams
    from plimsoll.simcluster.api import Api
    from plimsoll.simcluster.client import Client, ClientEnvironment
    from plimsoll.simcluster.controllers.rootca import RootCaPublisher
    from plimsoll.simcluster.profile import Profile
    from plimsoll.simcluster.settings import NamespaceSettings
    from plimsoll.simcluster.workqueue import WorkQueue


class Controller(Protocol):
    """Anything with a work queue."""

    queue: WorkQueue


Maker = Callable[[ControllerContext], Controller]


class Sleeper(NamedTuple):
    """A controller that the first object of any of its resources calls into being.

    Its module is not loaded before: most clusters have few kinds of objects, and start sooner so.
    """

    name: str
    resources: tuple[Resource, ...]
    module: str
    maker: str

    def load(self) -> Maker:
        """What makes the controller."""
        maker: Maker = getattr(import_module(f"{__package__}.{self.module}"), self.maker)
        return maker


_VOLUMES = (PERSISTENTVOLUMES, PERSISTENTVOLUMECLAIMS)

SLEEPERS: tuple[Sleeper, ...] = (
    Sleeper("statefulset", (STATEFULSETS,), "statefulset", "StatefulSetController"),
    Sleeper("daemonset", (DAEMONSETS,), "daemonset", "DaemonSetController"),
    Sleeper("job", (JOBS,), "job", "JobController"),
    Sleeper("ttlafterfinished", (JOBS,), "ttlafterfinished", "TtlAfterFinished"),
    Sleeper("cronjob", (CRONJOBS,), "cronjob", "CronJobController"),
    Sleeper("disruption", (PODDISRUPTIONBUDGETS,), "disruption", "DisruptionController"),
    Sleeper("resourcequota", (RESOURCEQUOTAS,), "resourcequota", "ResourceQuotaController"),
    Sleeper("persistentvolume-binder", _VOLUMES, "volumebinder", "VolumeBinder"),
    Sleeper("persistentvolume-protection", _VOLUMES, "volumeprotection", "VolumeProtection"),
    Sleeper("horizontalpodautoscaling", (HORIZONTALPODAUTOSCALERS,), "podautoscaler", "HorizontalPodAutoscaler"),
)
"""Controllers of every cluster."""

INSPECTABLE_SLEEPERS: tuple[Sleeper, ...] = (
    Sleeper("endpoint", (SERVICES,), "endpoints", "EndpointsController"),
    Sleeper("endpointslice", (SERVICES,), "endpointslices", "EndpointSliceController"),
    Sleeper("endpointslicemirroring", (ENDPOINTS,), "endpointslicemirroring", "EndpointSliceMirroring"),
    Sleeper("replicationcontroller", (REPLICATIONCONTROLLERS,), "replicationcontroller", "replication_manager"),
)
"""Those that only a cluster has that people look into: nothing in a load run depends on what they write."""


class ControllerManager:
    """Every controller of one cluster."""

    def __init__(
        self,
        environment: ClientEnvironment,
        profile: Profile,
        api: Api,
        streams: Streams,
        *,
        inspectable: bool,
    ) -> None:
        self.clients: list[Client] = []
        """Those of all controllers."""
        environment = environment.of_process(self.clients)
        self._added_listeners: list[Callable[[str, WorkQueue], None]] = []
        self._context = ControllerContext(environment, profile.controllers, api, Ownership(api.store))
        self.queues: dict[str, WorkQueue] = {}
        self._pauses = 0
        self._publisher: RootCaPublisher | None = None
        namespace = profile.namespace
        if inspectable:
            namespace = self._add_inspectable(profile)
        else:
            self.queues["garbage"] = GarbageCollector(environment, profile.controllers, api).queue
        self._add_builtin(namespace, streams)
        for sleeper in (*SLEEPERS, *(INSPECTABLE_SLEEPERS if inspectable else ())):
            Dormant(api.store, sleeper.resources, partial(self._wake, sleeper))

    def _add_inspectable(self, profile: Profile) -> NamespaceSettings:
        """What is left to be put into new namespaces by the builtin controllers."""
        # loaded here because load runs start sooner without
        from plimsoll.simcluster.controllers.inspection import InspectionControllers  # noqa: PLC0415

        inspection = InspectionControllers(self._context.environment, profile, self._context.api)
        self._publisher = inspection.publisher
        self.queues.update(inspection.queues)
        return inspection.namespace

    def _add_builtin(self, namespace: NamespaceSettings, streams: Streams) -> None:
        context = self._context
        environment, settings, api = context.environment, context.settings, context.api
        self.lifecycle = NodeLifecycle(environment, settings, api, streams.stream("node-lifecycle"))
        contents = NamespaceContents(environment, namespace, settings, api)
        random = streams.stream("deployments")
        self.queues["deployment"] = DeploymentController(environment, settings, api, random, context.ownership).queue
        self.queues["replicaset"] = ReplicaSetController(environment, settings, api, context.ownership).queue
        self.queues["namespacecontents"] = contents.queue
        self.queues["namespace"] = NamespaceController(environment, settings, api).queue

    def publish_ca_bundle(self, ca_bundle: str) -> None:
        """Publish the PEM certificates by which clients know the API server in every namespace, now and from now on."""
        if self._publisher is not None:
            self._publisher.publish(ca_bundle)

    def when_added(self, listener: Callable[[str, WorkQueue], None]) -> None:
        """Be told of each controller that is called into being, by its name and queue."""
        self._added_listeners.append(listener)

    def _wake(self, sleeper: Sleeper) -> None:
        make = sleeper.load()
        self._added(sleeper.name, make(self._context))

    def _added(self, name: str, controller: Controller) -> None:
        self.queues[name] = controller.queue
        for listener in self._added_listeners:
            listener(name, controller.queue)
        for _ in range(self._pauses):
            controller.queue.pause()

    # --- faults -----------------------------------------------------------------------------------------------------------

    def pause(self) -> None:
        """The controller manager is down."""
        self._pauses += 1
        self.lifecycle.pause()
        for queue in self.queues.values():
            queue.pause()

    def resume(self) -> None:
        """The controller manager is back, once this was called as often as :meth:`pause`."""
        self._pauses -= 1
        self.lifecycle.resume()
        for queue in self.queues.values():
            queue.resume()
