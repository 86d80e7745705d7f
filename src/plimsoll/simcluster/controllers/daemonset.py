"""The daemon set controller: one pod on every node that takes it (pkg/controller/daemon)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plimsoll.errors import ApiError
from plimsoll.kube.resources import DAEMONSETS, NODES, PODS
from plimsoll.simcluster.controllers.daemonpods import REVISION_LABEL, Placement, pod_of
from plimsoll.simcluster.controllers.daemonstatus import is_available, limits_of, status_of
from plimsoll.simcluster.controllers.ownership import claim, controller_reference
from plimsoll.simcluster.controllers.reconciling import Steps, follow, key_of, raise_first
from plimsoll.simcluster.controllers.revisions import History
from plimsoll.simcluster.recording import EventType

if TYPE_CHECKING:
    from plimsoll.kube.resources import Object
    from plimsoll.simcluster.controllers.context import ControllerContext
    from plimsoll.simcluster.store import StoredChange
    from plimsoll.simcluster.workqueue import Key

WORKERS = 2
"""--concurrent-daemonset-syncs."""

MOST_CREATES = 250
"""BurstReplicas."""


class DaemonSetController:
    """Keeps the pods of daemon sets."""

    def __init__(self, context: ControllerContext) -> None:
        self._sets = context.api.store.collection(DAEMONSETS)
        self._nodes = context.api.store.collection(NODES)
        self._index = context.ownership.index(PODS)
        self._reconciler = context.reconciler("daemonset-controller", self._story, workers=WORKERS)
        self.queue = self._reconciler.queue
        self._history = History(self._reconciler.verbs, context.ownership, REVISION_LABEL)
        follow(self._sets, lambda change: self.queue.add(key_of(change.object)))
        follow(context.api.store.collection(PODS), self._observe_pod)
        follow(self._nodes, self._observe_node)

    def _observe_pod(self, change: StoredChange) -> None:
        reference = controller_reference(change.object)
        if reference is not None and reference["kind"] == "DaemonSet":
            self.queue.add((change.object["metadata"]["namespace"], reference["name"]))

    def _observe_node(self, change: StoredChange) -> None:
        if change.old is None or change.type == "DELETED" or _offer(change.old) != _offer(change.object):
            for one in self._sets:
                self.queue.add(key_of(one))

    def _story(self, key: Key) -> Steps:
        daemon_set = self._sets.find(*key)
        if daemon_set is None:
            return
        pods = yield from claim(self._reconciler.verbs, self._index, PODS, daemon_set)
        status = daemon_set.get("status") or {}
        revision = yield from self._history.update(daemon_set, status.get("collisionCount", 0))
        suffix = self._history.hash_of(revision)
        if "deletionTimestamp" not in daemon_set["metadata"]:
            placement = Placement(daemon_set, self._nodes, pods)
            failed = [pod for pod in pods if pod["status"].get("phase") == "Failed"]
            yield from self._delete(daemon_set, [*placement.unwanted, *failed])
            yield from self._create(daemon_set, placement.missing, suffix)
            strategy = daemon_set["spec"].get("updateStrategy") or {}
            if strategy.get("type", "RollingUpdate") == "RollingUpdate":
                yield from self._replace_outdated(daemon_set, placement, suffix)
        yield from self._put_status(key, suffix)
        live = {(pod["metadata"].get("labels") or {}).get(REVISION_LABEL) for pod in pods}
        names = [one["metadata"]["name"] for one in self._history.of(daemon_set) if self._history.hash_of(one) in live]
        yield from self._history.truncate(daemon_set, [*names, revision["metadata"]["name"]])

    def _create(self, daemon_set: Object, nodes: list[str], suffix: str) -> Steps:
        """Create pods in batches that double, as long as none fails."""
        verbs, namespace, size = self._reconciler.verbs, daemon_set["metadata"]["namespace"], 1
        left = nodes[:MOST_CREATES]
        while left:
            batch, left = left[:size], left[size:]
            answers = yield [verbs.create(PODS, namespace, pod_of(daemon_set, node, suffix)) for node in batch]
            for answer in answers:
                if isinstance(answer, ApiError):
                    self._emit(daemon_set, "FailedCreate", "Error creating: %s", answer.message)
                else:
                    self._emit(daemon_set, "SuccessfulCreate", "Created pod: %s", answer["metadata"]["name"])
            raise_first(answers)
            size *= 2

    def _delete(self, daemon_set: Object, pods: list[Object]) -> Steps:
        doomed = [pod for pod in pods if "deletionTimestamp" not in pod["metadata"]]
        answers = yield [self._reconciler.verbs.delete(PODS, pod) for pod in doomed]
        for pod, answer in zip(doomed, answers, strict=True):
            if not isinstance(answer, ApiError):
                self._emit(daemon_set, "SuccessfulDelete", "Deleted pod: %s", pod["metadata"]["name"])

    def _replace_outdated(self, daemon_set: Object, placement: Placement, suffix: str) -> Steps:
        """Replace pods of old templates, as many at a time as may be unavailable or there may be too many of."""
        api, now = self._reconciler.api, self._reconciler.kernel.now
        surge, unavailable = limits_of(daemon_set, len(placement.wanted))
        budget = unavailable
        doomed: list[Object] = []
        extra: list[str] = []
        for node in placement.wanted:
            pods = [pod for pod in placement.on.get(node, ()) if "deletionTimestamp" not in pod["metadata"]]
            outdated = [pod for pod in pods if _revision(pod) != suffix]
            fresh = [pod for pod in pods if _revision(pod) == suffix]
            ready = [pod for pod in pods if is_available(daemon_set, pod, api.seconds_of, now)]
            if surge:
                if outdated and fresh and fresh[0] in ready:
                    doomed += outdated
                elif outdated and not fresh and len(extra) < surge:
                    extra.append(node)
                continue
            budget -= not ready
            doomed += [pod for pod in outdated if pod not in ready]
        for node in placement.wanted if not surge else ():
            pods = [pod for pod in placement.on.get(node, ()) if "deletionTimestamp" not in pod["metadata"]]
            available = [pod for pod in pods if is_available(daemon_set, pod, api.seconds_of, now)]
            if budget > 0 and available and _revision(available[0]) != suffix:
                doomed.append(available[0])
                budget -= 1
        yield from self._delete(daemon_set, doomed)
        yield from self._create(daemon_set, extra, suffix)

    def _put_status(self, key: Key, suffix: str) -> Steps:
        stored = self._sets.find(*key)
        if stored is None:
            return
        placement = Placement(stored, self._nodes, self._index.owned(stored["metadata"]["uid"]))
        api = self._reconciler.api
        status, pause = status_of(stored, placement, suffix, api.seconds_of, self._reconciler.kernel.now)
        if pause is not None:
            self.queue.add_after(key, pause)
        if status != stored.get("status"):
            yield self._reconciler.verbs.update_status(DAEMONSETS, stored, status)

    def _emit(self, daemon_set: Object, reason: str, message: str, *arguments: str) -> None:
        kind: EventType = "Warning" if reason.startswith("Failed") else "Normal"
        self._reconciler.events.emit(daemon_set, kind, reason, message, *arguments)


def _offer(node: Object) -> tuple[object, ...]:
    """What of a node decides whether daemons run on it."""
    spec = node.get("spec") or {}
    return node["metadata"].get("labels"), spec.get("taints"), spec.get("unschedulable")


def _revision(pod: Object) -> str:
    return str((pod["metadata"].get("labels") or {}).get(REVISION_LABEL, ""))
