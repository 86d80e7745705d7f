"""The kubelet: which pods are its own, its three clients, and what its workers share."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Protocol

from plimsoll.kube.labels import EXCHANGE_DONE_ANNOTATION
from plimsoll.kube.resources import PODS, Object
from plimsoll.simcluster.api import FINISHED_PHASES
from plimsoll.simcluster.client import Client, ClientEnvironment
from plimsoll.simcluster.kubelet.caching import CacheManager
from plimsoll.simcluster.kubelet.events import EventRecorder
from plimsoll.simcluster.kubelet.getting import GetManager
from plimsoll.simcluster.kubelet.objects import ObjectManager, ObjectRequests
from plimsoll.simcluster.kubelet.pulling import ImagePuller
from plimsoll.simcluster.kubelet.runtime import Pleg, Runtime
from plimsoll.simcluster.kubelet.status import StatusManager
from plimsoll.simcluster.kubelet.statusqueue import Reporting
from plimsoll.simcluster.kubelet.watching import WatchManager
from plimsoll.simcluster.kubelet.worker import PodWorker
from plimsoll.telemetry import Milestone

if TYPE_CHECKING:
    from plimsoll.kernel import Random
    from plimsoll.simcluster.addressing import NodeAddresses
    from plimsoll.simcluster.api import Api
    from plimsoll.simcluster.kubelet.containers import Containers
    from plimsoll.simcluster.kubelet.documents import StatusDocuments
    from plimsoll.simcluster.kubelet.needs import NeedsReader, PodNeeds, Reference
    from plimsoll.simcluster.profile import Profile
    from plimsoll.simcluster.store import StoredChange

SYNC_TICK_SECONDS = 1.0
"""Pods whose resync is due are looked up once a second (kubelet.go, syncLoop)."""

RESYNC_JITTER = 0.5
"""A resync comes after 1 to 1.5 times the sync frequency (pod_workers.go, workerResyncIntervalJitterFactor)."""

ERROR_BACKOFF_SECONDS = 10.0
"""After a failed sync, with the same jitter (pod_workers.go, backOffPeriod)."""


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
        object_ttl_seconds: float,
    ) -> None:
        self.environment = environment
        self.profile = profile
        self.api = api
        self.needs = needs
        self.documents = documents
        self.programs = programs
        self.object_ttl_seconds = object_ttl_seconds
        self.containers: Containers | None = None
        """Who really runs the containers, if anybody does."""


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
        self.pleg = Pleg(
            profile.kubelet.pleg_relist_seconds,
            profile.kubelet.pleg_on_demand_seconds,
            offset_seconds=random.random() * profile.kubelet.pleg_relist_seconds,
        )
        self.up = True
        self.runtime_hangs = False
        """The container runtime does not answer, whatever process of the kubelet asks."""
        self.images: ImagePuller | None = None
        """Pulls images; None where every image is present."""
        if profile.runtime.image_pull_seconds > 0:
            self.images = ImagePuller(self.kernel, profile.kubelet, profile.runtime, random)
        self._tick_offset_seconds = random.random() * SYNC_TICK_SECONDS
        self._shared = shared
        self._pods = shared.api.store.collection(PODS)
        self._workers: dict[str, PodWorker] = {}
        self._completed: set[str] = set()
        self._rejected: dict[str, Reporting] = {}
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
        self.events = EventRecorder(environment, self.name, settings)
        self._post_token = self.client.kind("POST", "serviceaccounts/token")
        self._program_client = Client(environment, "workload", self.name)
        self._announce = self._program_client.kind("PATCH", "pods")
        self.runtime = Runtime(self.kernel, self._shared.profile.runtime, self.random)
        if self.runtime_hangs:
            self.runtime.hang()
        self.objects = self._object_manager()
        self.statuses = StatusManager(self.kernel, self._shared.api, self.client, self.random, settings)

    def _object_manager(self) -> ObjectManager:
        requests = ObjectRequests(self.client, self._shared.api.store)
        strategy = self.settings.config_map_and_secret_change_detection_strategy
        if strategy == "Watch":
            return WatchManager(self.kernel, requests, watch_list=self.settings.watch_list)
        if strategy == "Cache":
            drop = self.settings.drop_cache_on_pod_update
            return CacheManager(self.kernel, requests, self._shared.object_ttl_seconds, drop_on_update=drop)
        return GetManager(requests)

    # --- the pods of this node --------------------------------------------------------------------------------------------

    def workers(self) -> tuple[PodWorker, ...]:
        """A worker for each pod that was admitted and is still in the API."""
        return tuple(self._workers.values())

    def knows(self, uid: str) -> bool:
        """Whether the kubelet has admitted or rejected this pod."""
        return uid in self._workers or uid in self._rejected

    def has(self, worker: PodWorker) -> bool:
        """Whether the kubelet is up, and this is still the worker of its pod."""
        return self.up and self._workers.get(worker.reporting.uid) is worker

    def observe(self, change: StoredChange) -> None:
        """A pod of this node changed in the API."""
        if not self.up:
            return
        pod = change.object
        uid = pod["metadata"]["uid"]
        if change.type == "DELETED":
            self._forget(uid)
        elif uid in self._workers:
            worker = self._workers[uid]
            worker.update(pod)
            if "deletionTimestamp" in pod["metadata"]:
                worker.terminate()
        elif uid in self._rejected:
            if "deletionTimestamp" in pod["metadata"]:
                self._let_go(self._rejected[uid])
        elif pod["status"].get("phase") not in FINISHED_PHASES:
            self._take(pod)

    def _take(self, pod: Object) -> None:
        """Admit a new pod, or reject it where the node is full."""
        worker = PodWorker(self, pod)
        uid = worker.reporting.uid
        self.milestone(uid, Milestone.KUBELET_SAW)
        if self.count_pods() + self.settings.control_pods >= self.settings.max_pods:
            self._reject(worker.reporting)
            return
        self._workers[uid] = worker
        worker.start()
        if "deletionTimestamp" in pod["metadata"]:
            worker.terminate()

    def _reject(self, pod: Reporting) -> None:
        self._rejected[pod.uid] = pod
        message = f"Node didn't have enough resource: pods, requested: 1, used: {self.settings.max_pods}"
        self.events.warn("OutOfpods", pod, message)
        self.statuses.set_status(pod, self.documents.rejected("OutOfpods", message))

    def _let_go(self, pod: Reporting) -> None:
        """A pod that was never started is being deleted."""
        if not pod.deletable:
            pod.deletable = True
            self.statuses.set_status(pod, pod.status)

    def _forget(self, uid: str) -> None:
        """A pod is no longer in the API."""
        self._completed.discard(uid)
        rejected = self._rejected.pop(uid, None)
        if rejected is not None:
            self.statuses.forget(rejected)
        worker = self._workers.pop(uid, None)
        if worker is not None:
            self._kill(uid)
            worker.abandon()
            worker.release()
            self.statuses.forget(worker.reporting)

    def _kill(self, uid: str) -> None:
        """End a pod's containers by force; nobody waits for that."""
        if self.containers is not None:
            self.containers.stop(uid, 0.0, lambda _: None)

    @property
    def containers(self) -> Containers | None:
        """Who really runs the containers, if anybody does."""
        return self._shared.containers

    # --- gauges -----------------------------------------------------------------------------------------------------------

    def count_pods(self) -> int:
        """Pods that the kubelet works on: all that were admitted and have not ended."""
        return len(self._workers) - len(self._completed)

    def unsent_statuses(self) -> int:
        """Pods whose latest status the API server does not have."""
        return self.statuses.waiting

    def take_worst_wait(self) -> float:
        """Longest wait at the main client's limiter since this was last asked, in seconds."""
        return self.client.take_worst_wait()

    def count_requests(self) -> int:
        """Requests that the main client has sent so far, apart from POSTs.

        A real kubelet counts those of all its clients together, by method: its POSTs are events most of all, its PUTs are
        leases, and what is left is the main client's.
        """
        sent = 0
        for kind in self.client.kinds:  # a loop: each kubelet is asked whenever the cluster is sampled
            if kind.verb != "POST":
                sent += kind.sent
        return sent

    def limiter_waits(self) -> tuple[int, float]:
        """How many requests, apart from POSTs, the main client's limiter has let through, and the seconds they waited."""
        return self.client.limiter_waits(but_verb="POST")

    def status_syncs(self) -> tuple[int, float]:
        """How many statuses the API server has taken so far, and the seconds that passed from the first change in each."""
        return self.statuses.syncs()

    # --- what workers ask for -------------------------------------------------------------------------------------------

    def read_needs(self, spec: Object) -> PodNeeds:
        """What a pod with this spec needs."""
        return self._shared.needs.read(spec)

    def seconds_to_resync(self) -> float:
        """From the end of a pod's sync to its next, which a tick of the sync loop begins."""
        now = self.kernel.now
        due = now + self.settings.sync_frequency_seconds * (1.0 + RESYNC_JITTER * self.random.random())
        offset = self._tick_offset_seconds
        return offset + math.ceil((due - offset) / SYNC_TICK_SECONDS) * SYNC_TICK_SECONDS - now

    def error_backoff_seconds(self) -> float:
        """From a failed sync to the next."""
        return ERROR_BACKOFF_SECONDS * (1.0 + RESYNC_JITTER * self.random.random())

    def request_token(self, done: Callable[[Sequence[Reference]], None], references: Sequence[Reference]) -> None:
        """Request a service account token for a pod's projected volume; then go on with its other parts."""
        self.client.call(self._post_token, done, references)

    def completed(self, worker: PodWorker) -> None:
        """A pod has ended by itself: it takes no place any more."""
        self._completed.add(worker.reporting.uid)

    def start_program(self, worker: PodWorker) -> None:
        """A pod's containers run, and with them its program."""
        uid = worker.reporting.uid
        self.programs.started(worker.pod, self.name, partial(self._program_ended, uid))

    def _program_ended(self, uid: str) -> None:
        """A client has moved its data: a pod that does not restart ends, any other says so itself and idles."""
        worker = self._workers.get(uid)
        if worker is None:
            return
        if worker.needs.restarts:
            self._program_client.call(self._announce, self._annotate, worker.reporting)
        else:
            worker.program_ended()

    def _annotate(self, pod: Reporting) -> None:
        stored = self._pods.find(pod.namespace, pod.name)
        if stored is not None and stored["metadata"]["uid"] == pod.uid:
            annotations = {**stored["metadata"].get("annotations", {}), EXCHANGE_DONE_ANNOTATION: "true"}
            self._pods.replace(stored, metadata={**stored["metadata"], "annotations": annotations})

    def milestone(self, uid: str, milestone: Milestone) -> None:
        """A pod has reached a milestone now."""
        self.telemetry.milestone(self.kernel.now, uid, milestone)

    # --- faults -----------------------------------------------------------------------------------------------------------

    def go_down(self, *, lose_containers: bool) -> None:
        """The kubelet stops; with ``lose_containers`` its whole node does. Nothing happens where it is down already."""
        if not self.up:
            return
        self.up = False
        self.statuses.stop()
        for worker in self._workers.values():
            worker.active = False
            if lose_containers:
                self._kill(worker.reporting.uid)
                self.programs.stopped(worker.reporting.uid)
                worker.running = False

    def come_up(self) -> None:
        """Start again: list this node's pods, take over what still runs, start the rest."""
        if self.up:
            return
        predecessors, self._workers = self._workers, {}
        self._completed = set()
        self._rejected = {}
        self.up = True
        self._boot()
        mine = [pod for pod in self._pods if pod["spec"].get("nodeName") == self.name]
        unfinished = {pod["metadata"]["uid"]: pod for pod in mine if pod["status"].get("phase") not in FINISHED_PHASES}
        for uid, predecessor in predecessors.items():
            if uid in unfinished and predecessor.running and (predecessor.address is not None or predecessor.exited):
                self._resume(unfinished.pop(uid), predecessor)
            elif predecessor.address is not None:
                self.addresses.release(predecessor.address)
                self._kill(uid)
                self.programs.stopped(uid)
        for pod in unfinished.values():
            self._take(pod)

    def _resume(self, pod: Object, predecessor: PodWorker) -> None:
        worker = self._workers[predecessor.reporting.uid] = PodWorker(self, pod)
        worker.resume(predecessor)
        if "deletionTimestamp" in pod["metadata"]:
            worker.terminate()
        elif predecessor.exited:
            worker.program_ended()
