"""kube-scheduler: its queues, the time a cycle takes, and binding through a rate-limited client.

One pod at a time passes a scheduling cycle; where it goes is decided by :mod:`plimsoll.simcluster.scheduling`. The pod
is then assumed to be on its node, and bound by a request that runs beside the cycles of the next pods.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from plimsoll.kernel import Random
from plimsoll.kube.resources import NAMESPACES, NODES, PODS, Object
from plimsoll.simcluster.api import FINISHED_PHASES, creation_order, is_bound
from plimsoll.simcluster.client import Client, ClientEnvironment
from plimsoll.simcluster.correlation import Reporter
from plimsoll.simcluster.recording import recorder
from plimsoll.simcluster.scheduling.cost import CycleCost
from plimsoll.simcluster.scheduling.policy import DefaultSpreading, SchedulingPolicy, ScoreWeights
from plimsoll.simcluster.scheduling.view import ClusterView
from plimsoll.simcluster.scheduling.wording import CURRENT, LEGACY, failed_scheduling_message
from plimsoll.simcluster.unschedulable import UnschedulablePods
from plimsoll.telemetry import Milestone

if TYPE_CHECKING:
    from plimsoll.errors import ApiError
    from plimsoll.simcluster.api import Api
    from plimsoll.simcluster.preempting import Preempting
    from plimsoll.simcluster.scheduling.claims import ClaimFilter
    from plimsoll.simcluster.scheduling.view import Placement
    from plimsoll.simcluster.settings import SchedulerSettings
    from plimsoll.simcluster.store import StoredChange


class _Binding:
    """A pod that is assumed on its node until its binding has ended."""

    __slots__ = ("ended", "pod")

    def __init__(self, pod: Object) -> None:
        self.pod = pod
        self.ended = False


def scheduling_policy(settings: SchedulerSettings) -> SchedulingPolicy:
    """How this version of the scheduler decides."""
    return SchedulingPolicy(
        percentage_of_nodes_to_score=settings.percentage_of_nodes_to_score,
        default_spreading=DefaultSpreading(settings.default_spreading),
        weights=ScoreWeights(1, 1, 1, 1) if settings.equal_score_weights else ScoreWeights(),
        wording=LEGACY if settings.legacy_messages else CURRENT,
    )


SCHEDULER_NAME = "default-scheduler"
"""Pods that name another scheduler are left to it."""


class Scheduler:
    """Places pods on nodes."""

    def __init__(self, environment: ClientEnvironment, settings: SchedulerSettings, api: Api, random: Random) -> None:
        self.clients: list[Client] = []
        environment = environment.of_process(self.clients)
        self.attempts = 0
        """Scheduling cycles that have ended."""
        self._kernel = environment.kernel
        self._telemetry = environment.telemetry
        self._settings = settings
        self._api = api
        self._pods = api.store.collection(PODS)
        self._view = ClusterView((), random, scheduling_policy(settings))
        self._assume_ttl_seconds = 0.0 if settings.assume_ttl_from_binding else settings.assume_ttl_seconds
        """Where the time begins with the end of the binding the watch is always there first."""
        self._client = Client(environment, "scheduler", qps=settings.qps, burst=settings.burst, perseveres=False)
        self._cost = CycleCost(settings)
        self._began_seconds = 0.0
        self.compute: Callable[..., object] = environment.kernel.after
        """Spends the time of a cycle; on a machine that others use, too, that takes longer."""
        self._bind = self._client.kind("POST", "pods/binding")
        self._patch_status = self._client.kind("PATCH", "pods/status")
        events = self._client
        if settings.separate_event_client:
            events = Client(environment, "scheduler-events", qps=settings.qps, burst=settings.burst)
        self._events = recorder(
            environment, events, Reporter(SCHEDULER_NAME, f"{SCHEDULER_NAME}-control-plane", series=True)
        )
        self._claims: ClaimFilter | None = None
        """Only where people may look, and claim volumes: a load's pods have none."""
        self._preempting: Preempting | None = None
        """Only there, too: a load's pods are all of one priority."""
        if environment.event_store is not None:
            self._be_inspectable()
        self._active: deque[Object] = deque()
        self._known: set[str] = set()
        """UIDs of the pods that are queued, waiting, or being bound: so that none is taken up twice."""
        self._unschedulable = UnschedulablePods(environment.kernel, settings, self._activate)
        self._cycling = False
        self._changed = False
        """Whether something changed in favour of waiting pods since the present cycle began."""
        self._up = True
        self._pods.watchers.append(self._observe_pod)
        api.store.collection(NODES).watchers.append(self._observe_node)
        api.store.collection(NAMESPACES).watchers.append(self._observe_namespace)

    def _be_inspectable(self) -> None:
        # loaded here because load runs start sooner without
        from plimsoll.simcluster.preempting import Preempting  # noqa: PLC0415
        from plimsoll.simcluster.scheduling.claims import ClaimFilter  # noqa: PLC0415

        self._claims = ClaimFilter(self._api.store)
        self._claims.on_change(self._retry_unschedulable)
        self._preempting = Preempting(self._api, self._view, self._client, self._events)

    @property
    def waiting(self) -> int:
        """Pods in the active queue."""
        return len(self._active)

    @property
    def unschedulable(self) -> int:
        """Pods that no node takes at present."""
        return len(self._unschedulable)

    def cycle_times(self) -> tuple[int, float]:
        """How many scheduling cycles there were so far, and the seconds that all of them took."""
        return self._cost.totals()

    def add_node(self, node: Object) -> None:
        """A node that is there from the beginning."""
        self._view.add_node(node)

    # --- what it watches ------------------------------------------------------------------------------------------------

    def _observe_pod(self, change: StoredChange) -> None:
        pod = change.object
        if change.type == "ADDED":
            if is_bound(pod):
                self._view.add_pod(pod, pod["spec"]["nodeName"])
            else:
                self._offer(pod)
        elif change.type == "DELETED":
            self._known.discard(pod["metadata"]["uid"])
            self._unschedulable.remove(pod["metadata"]["uid"])
            if self._preempting is not None:
                self._preempting.forget(pod)
            self._free(pod)
        elif pod["status"].get("phase") in FINISHED_PHASES:
            self._free(pod)
        elif pod["metadata"]["uid"] in self._known:
            if is_bound(pod):
                self._bound_by_others(pod)
        elif not is_bound(pod) and change.old is not None and change.old["spec"].get("schedulingGates"):
            self._offer(pod)

    def _offer(self, pod: Object) -> None:
        """Queue a pod, if it is this scheduler's and nothing holds it back."""
        spec = pod["spec"]
        if spec.get("schedulerName", SCHEDULER_NAME) == SCHEDULER_NAME and not spec.get("schedulingGates"):
            self._enqueue(pod)
            self._wake()

    def _bound_by_others(self, pod: Object) -> None:
        uid = pod["metadata"]["uid"]
        self._known.discard(uid)
        self._unschedulable.remove(uid)
        self._view.add_pod(pod, pod["spec"]["nodeName"])

    def _enqueue(self, pod: Object) -> None:
        uid = pod["metadata"]["uid"]
        if uid not in self._known:
            self._known.add(uid)
            self._active.append(pod)

    def _free(self, pod: Object) -> None:
        """A pod's share of its node is free again: what found no place may find one now."""
        if is_bound(pod):
            self._forget(pod)

    def _forget(self, pod: Object) -> None:
        self._view.remove_pod(pod)
        self._retry_unschedulable()

    def _observe_namespace(self, change: StoredChange) -> None:
        metadata = change.object["metadata"]
        labels = metadata.get("labels") or {}
        # the API server puts this label on every namespace
        self._view.update_namespace(metadata["name"], {"kubernetes.io/metadata.name": metadata["name"], **labels})

    def _observe_node(self, change: StoredChange) -> None:
        if change.type == "DELETED":
            self._view.remove_node(change.object["metadata"]["name"])
        else:
            self._view.add_node(change.object)
            self._retry_unschedulable()

    # --- cycles -----------------------------------------------------------------------------------------------------------

    def _wake(self) -> None:
        if self._active and not self._cycling and self._up:
            self._cycling = True
            self._kernel.after(0.0, self._cycle)

    def _cycle(self) -> None:
        """Take the next pod; its binding starts when the cycle's time has passed, and then the next cycle."""
        pod = self._next_pod() if self._up else None
        if pod is None:
            self._cycling = False
            return
        self._changed = False
        self._began_seconds = self._kernel.now
        refusal = self._claims.refusal(pod) if self._claims is not None else ""
        if refusal:
            message = f"0/{self._view.nodes} nodes are available: {refusal}."
            self.compute(self._settings.cycle_seconds, self._cycled, self._fail, pod, message)
            return
        placement = self._view.place(pod) if self._preempting is None else self._place(pod, self._preempting)
        seconds = self._cost.charge(placement.evaluated, self._view.repelling)
        if placement.node_name is None:
            message = failed_scheduling_message(self._view.nodes, placement.reasons)
            if self._preempting is not None:
                message += self._preempting.attempt(pod, placement.reasons)
            self.compute(seconds, self._cycled, self._fail, pod, message)
        else:
            self._view.add_pod(pod, placement.node_name)
            self.compute(seconds, self._cycled, self._assumed, pod, placement.node_name)

    def _place(self, pod: Object, preempting: Preempting) -> Placement:
        """Choose a node with regard to those who are to have the places of preempted pods."""
        aside = preempting.set_aside(pod)
        placement = self._view.place(pod)
        if placement.node_name is not None:
            preempting.forget(pod)
        preempting.restore(aside)
        return placement

    def _next_pod(self) -> Object | None:
        """The next pod that still exists and needs a node."""
        while self._active:
            pod = self._active.popleft()
            stored = self._stored(pod)
            if stored is not None and not is_bound(stored):
                return stored
        return None

    def _stored(self, pod: Object) -> Object | None:
        """The pod as it is now, unless it is gone."""
        metadata = pod["metadata"]
        stored = self._pods.find(metadata["namespace"], metadata["name"])
        return stored if stored is not None and stored["metadata"]["uid"] == metadata["uid"] else None

    def _cycled(self, outcome: Callable[[Object, str], None], pod: Object, detail: str) -> None:
        """The cycle's time has passed; what a scheduler was about to do when it went down is not done."""
        self.attempts += 1
        self._cost.took(self._kernel.now - self._began_seconds)
        if self._up and pod["metadata"]["uid"] in self._known:
            outcome(pod, detail)
        else:
            self._forget(pod)
        self._cycle()

    def _assumed(self, pod: Object, node: str) -> None:
        binding = _Binding(pod)
        if self._assume_ttl_seconds:
            self._kernel.after(self._assume_ttl_seconds, self._expire, binding)
        self._client.call(self._bind, self._bound, binding, node, failed=partial(self._binding_failed, binding))

    def _expire(self, binding: _Binding) -> None:
        """An assumed pod that is not confirmed in time no longer counts, though its binding may be on its way."""
        if not binding.ended:
            self._forget(binding.pod)

    def _binding_failed(self, binding: _Binding, error: ApiError) -> None:
        """The client has given up: the pod is no longer assumed, and tried again after a back-off."""
        binding.ended = True
        pod = binding.pod
        self._forget(pod)
        if pod["metadata"]["uid"] in self._known and self._stored(pod) is not None:
            self._fail(pod, f"Binding rejected: {error.message}")

    def _bound(self, binding: _Binding, node: str) -> None:
        binding.ended = True
        pod = binding.pod
        uid = pod["metadata"]["uid"]
        stored = self._stored(pod)
        if stored is None:
            self._forget(pod)
            return
        self._known.discard(uid)
        self._unschedulable.remove(uid)
        if is_bound(stored):  # by a binding that was on its way when this scheduler started: the API answers 409
            self._view.add_pod(stored, stored["spec"]["nodeName"])
            return
        status = self._api.scheduled_status()
        if self._claims is not None:
            status = _with_condition(stored, {**status["conditions"][0]})
            status.pop("nominatedNodeName", None)
        self._pods.replace(stored, spec=self._api.bound_spec(stored["spec"], node), status=status)
        self._view.add_pod(stored, node)
        self._telemetry.milestone(self._kernel.now, uid, Milestone.SCHEDULED)
        metadata = pod["metadata"]
        message = "Successfully assigned %s/%s to %s"
        self._events.emit(
            stored, "Normal", "Scheduled", message, metadata["namespace"], metadata["name"], node, action="Binding"
        )

    # --- what found no place -------------------------------------------------------------------------------------------

    def _fail(self, pod: Object, message: str) -> None:
        metadata = pod["metadata"]
        entry = self._unschedulable.add(pod)
        if entry.message != message:
            entry.message = message
            self._client.call(self._patch_status, self._mark_unschedulable, pod, message)
        if self._changed:  # after the pod was judged: the verdict may be out of date
            self._retry_unschedulable()
        self._events.emit(pod, "Warning", "FailedScheduling", "%s", message, action="Scheduling")
        namespace, name, now = metadata["namespace"], metadata["name"], self._kernel.now
        self._telemetry.event(now, "Warning", "FailedScheduling", "Pod", namespace, name, "scheduler", message)

    def _mark_unschedulable(self, pod: Object, message: str) -> None:
        """Write into the pod's status why it waits, as `kubectl describe` shows it."""
        stored = self._stored(pod)
        if stored is None or is_bound(stored):
            return
        condition = {
            "type": "PodScheduled",
            "status": "False",
            "reason": "Unschedulable",
            "message": message,
            "lastTransitionTime": self._api.timestamp(),
        }
        if self._claims is not None:
            self._pods.replace(stored, status=_with_condition(stored, condition))
        else:
            self._pods.replace(stored, status={**stored["status"], "conditions": [condition]})

    def _retry_unschedulable(self) -> None:
        """Something changed in favour of waiting pods: try them again, each after its back-off."""
        self._changed = True
        self._unschedulable.retry()

    def _activate(self, pod: Object) -> None:
        self._active.append(pod)
        self._wake()

    # --- faults -----------------------------------------------------------------------------------------------------------

    def go_down(self) -> None:
        """Stop scheduling; bindings on their way still arrive."""
        self._up = False

    def come_up(self) -> None:
        """Start again with what is pending, in the order of creation."""
        self._up = True
        self._active = deque()
        self._known = set()
        self._unschedulable.clear()
        for pod in sorted((pod for pod in self._pods if not is_bound(pod)), key=creation_order):
            self._offer(pod)
        self._wake()


def _with_condition(pod: Object, condition: Object) -> Object:
    """A pod's status with a condition, the others as they were."""
    status = pod["status"]
    others = [one for one in status.get("conditions") or () if one["type"] != condition["type"]]
    generation = pod["metadata"].get("generation")
    observed = {"observedGeneration": generation} if generation else {}
    return {**status, "conditions": [*others, {**condition, "lastProbeTime": None, **observed}]}
