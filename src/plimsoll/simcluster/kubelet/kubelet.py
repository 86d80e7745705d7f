"""The kubelet: which pods are its own, its three clients, and what its workers share."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol

from plimsoll.kube.labels import EXCHANGE_DONE_ANNOTATION
from plimsoll.kube.resources import PODS, Object
from plimsoll.simcluster.api import FINISHED_PHASES
from plimsoll.simcluster.client import Client, ClientEnvironment
from plimsoll.simcluster.kubelet.objects import CacheManager, GetManager, ObjectManager, WatchManager
from plimsoll.simcluster.kubelet.runtime import Pleg, Runtime
from plimsoll.simcluster.kubelet.status import Reporting, StatusManager
from plimsoll.simcluster.kubelet.worker import PodWorker
from plimsoll.simcluster.telemetry import Milestone

if TYPE_CHECKING:
    from random import Random

    from plimsoll.simcluster.addressing import NodeAddresses
    from plimsoll.simcluster.api import Api
    from plimsoll.simcluster.kubelet.documents import StatusDocuments
    from plimsoll.simcluster.kubelet.needs import NeedsReader, PodNeeds
    from plimsoll.simcluster.profile import Profile
    from plimsoll.simcluster.store import StoredChange

EVENTS_PER_CONTAINER = 3
"""Pulled, Created and Started."""


class Programs(Protocol):
    """What runs inside containers, as far as it touches the rest of the cluster."""

    def started(self, pod: Object, node: str, done: Callable[[], None]) -> None:
        """A pod's containers run on this node; call ``done`` if its program ever comes to an end."""
        ...

    def stopped(self, uid: str) -> None:
        """The pod's containers are gone."""
        ...


class Shared:
    """What the kubelets of one cluster have in common."""

    def __init__(
        self,
        environment: ClientEnvironment,
        profile: Profile,
        api: Api,
        needs: NeedsReader,
        documents: StatusDocuments,
        programs: Programs,
    ) -> None:
        self.environment = environment
        self.profile = profile
        self.api = api
        self.needs = needs
        self.documents = documents
        self.programs = programs


class Kubelet:
    """One node's kubelet."""

    def __init__(self, shared: Shared, name: str, address: str, addresses: NodeAddresses, random: Random) -> None:
        profile = shared.profile
        self.name = name
        self.address = address
        self.addresses = addresses
        self.random = random
        self.settings = profile.kubelet
        self.sandbox_retry_seconds = profile.network.sandbox_retry_seconds
        self.kernel = shared.environment.kernel
        self.telemetry = shared.environment.telemetry
        self.documents = shared.documents
        self.programs = shared.programs
        self.ttl_seconds = profile.kubelet.secret_ttl_seconds
        self.pleg = Pleg(
            profile.kubelet.pleg_relist_seconds,
            profile.kubelet.pleg_on_demand_seconds,
            offset_seconds=random.random() * profile.kubelet.pleg_relist_seconds,
        )
        self.up = True
        self._shared = shared
        self._pods = shared.api.store.collection(PODS)
        self._workers: dict[str, PodWorker] = {}
        self._rejected: set[str] = set()
        self._boot()

    def _boot(self) -> None:
        """What a kubelet process has when it starts."""
        settings = self.settings
        environment = self._shared.environment
        # the control pods' steady requests are not simulated one by one: they take their share of the main client's rate
        spare = settings.kube_api_qps - settings.base_requests_per_second
        qps = max(spare, 0.1) if settings.kube_api_qps > 0 else 0.0
        self.client = Client(
            environment, "kubelet", self.name, qps=qps, burst=settings.kube_api_burst, log_verbosity=settings.verbosity
        )
        self._event_client = Client(
            environment, "kubelet-events", self.name, qps=settings.event_qps, burst=settings.event_burst
        )
        self._post_event = self._event_client.kind("POST", "events")
        self._post_token = self.client.kind("POST", "serviceaccounts/token")
        self._program_client = Client(environment, "workload", self.name)
        self._announce = self._program_client.kind("PATCH", "pods")
        self.runtime = Runtime(self.kernel, self._shared.profile.runtime, self.random)
        self.objects = self._object_manager()
        self.statuses = StatusManager(
            self.kernel,
            self._shared.api,
            self.client,
            self.random,
            by_channel=settings.status_updates_by_channel,
            full_pass_seconds=settings.status_full_pass_seconds,
        )

    def _object_manager(self) -> ObjectManager:
        strategy = self.settings.config_map_and_secret_change_detection_strategy
        if strategy == "Watch":
            return WatchManager(self.kernel, self.client, watch_list=self.settings.watch_list)
        if strategy == "Cache":
            drop = self.settings.drop_cache_on_pod_update
            return CacheManager(self.kernel, self.client, self.ttl_seconds, drop_on_update=drop)
        return GetManager(self.client)

    # --- the pods of this node --------------------------------------------------------------------------------------------

    @property
    def pods(self) -> int:
        """Pods that the kubelet works on."""
        return len(self._workers)

    def workers(self) -> tuple[PodWorker, ...]:
        """A worker per pod."""
        return tuple(self._workers.values())

    def has(self, worker: PodWorker) -> bool:
        """Whether this is still the worker of its pod."""
        return self._workers.get(worker.reporting.uid) is worker

    def observe(self, change: StoredChange) -> None:
        """A pod of this node changed in the API."""
        if not self.up:
            return
        pod = change.object
        uid = pod["metadata"]["uid"]
        worker = self._workers.get(uid)
        if change.type == "DELETED":
            self._forget(uid)
        elif worker is None:
            if uid not in self._rejected and pod["status"].get("phase") not in FINISHED_PHASES:
                self._take(pod)
        else:
            worker.update(pod)
            if "deletionTimestamp" in pod["metadata"]:
                worker.terminate()

    def _take(self, pod: Object) -> None:
        """Admit a new pod, or reject it where the node is full."""
        worker = PodWorker(self, pod)
        self.milestone(worker.reporting.uid, Milestone.KUBELET_SAW)
        if len(self._workers) + self.settings.control_pods >= self.settings.max_pods:
            self._rejected.add(worker.reporting.uid)
            message = f"Node didn't have enough resource: pods, requested: 1, used: {self.settings.max_pods}"
            self.event("Warning", "OutOfpods", worker.reporting, message)
            self.statuses.set_status(worker.reporting, self.documents.rejected("OutOfpods", message))
            return
        self._workers[worker.reporting.uid] = worker
        worker.start()
        if "deletionTimestamp" in pod["metadata"]:
            worker.terminate()

    def _forget(self, uid: str) -> None:
        self._rejected.discard(uid)
        worker = self._workers.pop(uid, None)
        if worker is None:
            return
        if worker.active:  # removed from the API without waiting for this kubelet
            worker.abandon()
            worker.release()
        elif not worker.reporting.deletable:
            worker.release()
        self.statuses.forget(worker.reporting)

    # --- gauges -----------------------------------------------------------------------------------------------------------

    def count_pods(self) -> int:
        """Pods that the kubelet works on."""
        return len(self._workers)

    def unsent_statuses(self) -> int:
        """Pods whose latest status the API server does not have."""
        return self.statuses.waiting

    def take_worst_wait(self) -> float:
        """Longest wait at the main client's limiter since this was last asked, in seconds."""
        return self.client.take_worst_wait()

    # --- what workers ask for -------------------------------------------------------------------------------------------

    def read_needs(self, spec: Object) -> PodNeeds:
        """What a pod with this spec needs."""
        return self._shared.needs.read(spec)

    def request_token(self, done: Callable[[], None]) -> None:
        """Request a service account token for a pod's projected volume."""
        self.client.call(self._post_token, done)

    def announce_exchange_done(self, pod: Reporting) -> None:
        """A client program writes into its pod's annotations that its exchange is over."""
        self._program_client.call(self._announce, self._annotate, pod)

    def _annotate(self, pod: Reporting) -> None:
        stored = self._pods.find(pod.namespace, pod.name)
        if stored is not None and stored["metadata"]["uid"] == pod.uid:
            annotations = {**stored["metadata"].get("annotations", {}), EXCHANGE_DONE_ANNOTATION: "true"}
            self._pods.replace(stored, metadata={**stored["metadata"], "annotations": annotations})

    def milestone(self, uid: str, milestone: Milestone) -> None:
        """A pod has reached a milestone now."""
        self.telemetry.milestone(self.kernel.now, uid, milestone)

    def event(self, event_type: str, reason: str, pod: Reporting, message: str) -> None:
        """Emit an event about a pod through the event client."""
        self._event_client.post(self._post_event)
        self.telemetry.event(
            self.kernel.now, event_type, reason, "Pod", pod.namespace, pod.name, f"kubelet/{self.name}", message
        )

    def container_events(self, pod: Reporting, containers: int) -> None:
        """The events of a start without trouble; the archive keeps one line for the lot."""
        count = EVENTS_PER_CONTAINER * containers
        self._event_client.post(self._post_event, count=count)
        self.telemetry.event(
            self.kernel.now,
            "Normal",
            "Started",
            "Pod",
            pod.namespace,
            pod.name,
            f"kubelet/{self.name}",
            "Pulled, created and started its containers",
            count=count,
        )

    # --- faults -----------------------------------------------------------------------------------------------------------

    def go_down(self, *, lose_containers: bool) -> None:
        """The kubelet stops; with ``lose_containers`` its whole node does."""
        self.up = False
        for worker in self._workers.values():
            worker.active = False
            if lose_containers:
                self.programs.stopped(worker.reporting.uid)
            if worker.address is not None and (lose_containers or not worker.running):
                self.addresses.release(worker.address)
                worker.address = None
            self.statuses.forget(worker.reporting)

    def come_up(self) -> None:
        """Start again: list this node's pods, take over what still runs, start the rest."""
        addresses = {uid: worker.address for uid, worker in self._workers.items() if worker.running}
        self._workers = {}
        self._rejected = set()
        self.up = True
        self._boot()
        for pod in self._pods:
            if pod["spec"].get("nodeName") != self.name or pod["status"].get("phase") in FINISHED_PHASES:
                continue
            address = addresses.get(pod["metadata"]["uid"])
            if address is None:
                self._take(pod)
                continue
            worker = self._workers[pod["metadata"]["uid"]] = PodWorker(self, pod)
            worker.resume(address)
            if "deletionTimestamp" in pod["metadata"]:
                worker.terminate()
