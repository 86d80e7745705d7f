"""Counting the pods of a run by state, and noting when each passed its milestones, as the API shows them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plimsoll.observe import timelines
from plimsoll.observe.timelines import COMPLETED, ERROR, FAILED, MILESTONES, RUNNING, STATES
from plimsoll.simcluster.telemetry import Milestone

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from plimsoll.cluster.port import Change
    from plimsoll.kube.resources import Object
    from plimsoll.simcluster.telemetry import Telemetry

JOB_LABEL = "plimsoll.dev/job"
ROLE_ANNOTATION = "plimsoll.dev/role"


class JobCounts:
    """How many pods of one job exist, by what a wait may ask about."""

    __slots__ = ("by_state", "clients_completed", "ready")

    def __init__(self) -> None:
        self.by_state = [0] * len(STATES)
        self.ready = 0
        self.clients_completed = 0
        """Clients whose exchange of data is over, whether or not they still exist."""

    @property
    def running(self) -> int:
        """Pods that run, or ran to their end."""
        return self.by_state[RUNNING] + self.by_state[COMPLETED]

    @property
    def existing(self) -> int:
        """Pods that the API still shows."""
        return sum(self.by_state)

    @property
    def failed(self) -> int:
        """Pods that failed or are in an error they may yet leave."""
        return self.by_state[FAILED] + self.by_state[ERROR]


class _Pod:
    """What the census remembers of a pod between two changes."""

    __slots__ = ("counts", "is_client", "node_known", "passed", "ready", "state")

    def __init__(self, counts: JobCounts, *, is_client: bool) -> None:
        self.counts = counts
        self.is_client = is_client
        self.state = -1
        self.ready = False
        self.passed = 0
        self.node_known = False


class PodCensus:
    """Pods by job and state, kept up to date change by change; milestones go to the telemetry as they are seen.

    Pure bookkeeping: it is told of listings and changes (see :mod:`plimsoll.observe.watching`) and asked for counts.
    Roughly two microseconds a change, because an eight-hour run of 50,000 pods has 400,000 of them.
    """

    def __init__(self, telemetry: Telemetry) -> None:
        self._telemetry = telemetry
        self._pods: dict[str, _Pod] = {}
        self._jobs: dict[str, JobCounts] = {}
        self.created = 0
        """Pods ever seen."""

    def job(self, name: str) -> JobCounts:
        """The counts of one job, which go on being updated."""
        counts = self._jobs.get(name)
        if counts is None:
            counts = self._jobs[name] = JobCounts()
        return counts

    def totals(self) -> list[int]:
        """Pods of all jobs by state, in the order of :data:`STATES`."""
        jobs = list(self._jobs.values())  # a copy: live progress asks from another thread
        return [sum(job.by_state[state] for job in jobs) for state in range(len(STATES))]

    @property
    def ready(self) -> int:
        """Pods of all jobs that are ready."""
        return sum(job.ready for job in list(self._jobs.values()))

    def samples(self) -> Iterator[tuple[str, int]]:
        """Name and value of each series of this census."""
        for state, count in zip(STATES, self.totals(), strict=True):
            yield f"pods.{state}", count
        yield "pods.ready", self.ready

    def relist(self, pods: Iterable[Object], seconds: float) -> None:
        """Take a complete listing: what it lacks has been deleted while nobody watched."""
        listed = set()
        for pod in pods:
            listed.add(pod["metadata"]["uid"])
            self._see(pod, seconds)
        for uid in [uid for uid in self._pods if uid not in listed]:
            self._forget(uid, seconds)

    def update(self, changes: Sequence[Change]) -> None:
        """Take a batch of changes from a watch, oldest first."""
        for change in changes:
            if change.type == "DELETED":
                self._see(change.object, change.seconds)
                self._forget(change.object["metadata"]["uid"], change.seconds)
            else:
                self._see(change.object, change.seconds)

    def _see(self, pod: Object, seconds: float) -> None:
        uid = pod["metadata"]["uid"]
        known = self._pods.get(uid) or self._first_sight(pod, uid, seconds)
        state = timelines.state_of(pod)
        ready = timelines.is_ready(pod)
        if state != known.state:
            self._move(known, state)
        if ready is not known.ready:
            known.counts.ready += 1 if ready else -1
            known.ready = ready
        news = timelines.passed(pod, state, ready=ready) & ~known.passed
        if news:
            self._report(uid, pod, known, news, seconds)

    def _first_sight(self, pod: Object, uid: str, seconds: float) -> _Pod:
        metadata = pod["metadata"]
        job = metadata.get("labels", {}).get(JOB_LABEL, "")
        is_client = metadata.get("annotations", {}).get(ROLE_ANNOTATION) == "client"
        known = self._pods[uid] = _Pod(self.job(job), is_client=is_client)
        self.created += 1
        self._telemetry.pod(uid, metadata["namespace"], metadata["name"], job, seconds)
        return known

    @staticmethod
    def _move(known: _Pod, state: int) -> None:
        counts = known.counts
        if known.state >= 0:
            counts.by_state[known.state] -= 1
        counts.by_state[state] += 1
        known.state = state
        if state == COMPLETED and known.is_client:
            counts.clients_completed += 1
            known.is_client = False  # a client that starts again is not counted twice

    def _report(self, uid: str, pod: Object, known: _Pod, news: int, seconds: float) -> None:
        known.passed |= news
        if news & timelines.PASSED_SCHEDULED:
            self._telemetry.pod_node(uid, pod["spec"]["nodeName"])
        for bit, milestone in MILESTONES:
            if news & bit:
                self._telemetry.milestone(seconds, uid, milestone)

    def _forget(self, uid: str, seconds: float) -> None:
        known = self._pods.pop(uid)
        known.counts.by_state[known.state] -= 1
        known.counts.ready -= known.ready
        self._telemetry.milestone(seconds, uid, Milestone.DELETED)
