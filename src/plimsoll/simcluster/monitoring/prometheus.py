"""One Prometheus: it scrapes, runs out of memory, reads its log, and scrapes again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plimsoll.kube.resources import NAMESPACES, NODES, PODS
from plimsoll.simcluster.api import FINISHED_PHASES
from plimsoll.simcluster.monitoring import costs
from plimsoll.simcluster.monitoring.head import Head

if TYPE_CHECKING:
    from plimsoll.kernel import Kernel, Random
    from plimsoll.simcluster.sampling import Sampler
    from plimsoll.simcluster.settings import MonitoringSettings
    from plimsoll.simcluster.store import Collection, Store, StoredChange
    from plimsoll.telemetry import Telemetry

NAMESPACE, POD, NODE = "monitoring", "prometheus-k8s-0", "monitoring-0"
FIRST_BACK_OFF_SECONDS, LONGEST_BACK_OFF_SECONDS = 10.0, 300.0
"""Kubelet: a container that crashes is started again after 10 s, then twice as long each time, at most 5 min."""


class Prometheus:
    """Scrapes all pods, nodes and namespaces of a store. Made only where it is enabled."""

    def __init__(
        self,
        kernel: Kernel,
        settings: MonitoringSettings,
        store: Store,
        random: Random,
        telemetry: Telemetry,
        sampler: Sampler,
    ) -> None:
        self._kernel = kernel
        self._settings = settings
        self._random = random
        self._telemetry = telemetry
        self._head = Head(settings.block_seconds)
        self._head.add(settings.base_series)
        self._memory_bytes = 0.0
        self._is_up = True
        self._restarts = 0
        self._crashes_in_a_row = 0
        self._lost_seconds = 0.0
        self._scraped: set[str] = set()
        for resource, each in (
            (NODES, settings.series_per_node),
            (NAMESPACES, settings.series_per_namespace),
            (PODS, settings.series_per_pod),
        ):
            self._follow(store.collection(resource), each)
        self._attach(sampler)
        kernel.after(settings.scrape_interval_seconds, self._scrape)

    def _follow(self, collection: Collection, each: int) -> None:
        self._head.add(len(collection) * each)
        if collection.resource is PODS:
            collection.watchers.append(self._observe_pod)
            return

        def observe(change: StoredChange) -> None:
            if change.type == "ADDED":
                self._head.add(each)
            elif change.type == "DELETED":
                self._head.retire(each, self._kernel.now)

        collection.watchers.append(observe)

    def _observe_pod(self, change: StoredChange) -> None:
        """A pod has series from when it is on a node until its containers are gone."""
        uid, each = change.object["metadata"]["uid"], self._settings.series_per_pod
        is_over = change.type == "DELETED" or change.object["status"].get("phase") in FINISHED_PHASES
        if uid in self._scraped:
            if is_over:
                self._scraped.remove(uid)
                self._head.retire(each, self._kernel.now)
        elif not is_over and change.object["spec"].get("nodeName"):
            self._scraped.add(uid)
            self._head.add(each)

    def _attach(self, sampler: Sampler) -> None:
        gauge, settings = sampler.gauge, self._settings
        gauge("monitoring.headSeries", "", lambda: self._head.series if self._is_up else 0)
        gauge("monitoring.memoryBytes", "", lambda: self._memory_bytes)
        gauge("monitoring.restarts", "", lambda: self._restarts)
        gauge("monitoring.lostSeconds", "", lambda: self._lost_seconds)
        gauge("monitoring.historySeconds", "", self._history_seconds)
        gauge("monitoring.querySeconds", "", lambda: costs.query_seconds(settings, self._remembered_seconds()))
        sample = self._telemetry.sample
        sample(0.0, "monitoring.availableBytes", "", costs.available_bytes(settings))
        sample(0.0, "config.monitoring.retentionSeconds", "", settings.retention_seconds)
        sample(0.0, "config.monitoring.remoteWrite", "", float(settings.remote_write))

    def _remembered_seconds(self) -> float:
        return costs.remembered_seconds(self._settings, self._head.live, self._kernel.now)

    def _history_seconds(self) -> float:
        """How far back anybody can answer: its own storage, or the copy outside."""
        return self._kernel.now if self._settings.remote_write else self._remembered_seconds()

    def _scrape(self) -> None:
        now, settings = self._kernel.now, self._settings
        self._head.cut(now)
        held = costs.head_bytes(settings, self._head.series, now)
        self._memory_bytes = held * (1 + settings.query_spike_share * self._random.random())
        if self._memory_bytes > costs.available_bytes(settings):
            self._crash()
            return
        self._crashes_in_a_row = 0
        self._kernel.after(settings.scrape_interval_seconds, self._scrape)

    def _crash(self) -> None:
        """The kernel kills it; it reads as much of its log as there is memory for, and may be killed again."""
        self._memory_bytes = costs.available_bytes(self._settings)
        self._tell()
        self._is_up = False
        self._restarts += 1
        back_off = min(FIRST_BACK_OFF_SECONDS * 2**self._crashes_in_a_row, LONGEST_BACK_OFF_SECONDS)
        self._crashes_in_a_row += 1
        seconds = back_off + costs.replay_seconds(self._settings, self._head.series)
        self._kernel.after(seconds, self._start, self._kernel.now)

    def _start(self, crashed_seconds: float) -> None:
        """Its log is read. No query is answered before, so what counts is the head alone."""
        self._lost_seconds += self._kernel.now - crashed_seconds
        held = costs.head_bytes(self._settings, self._head.series, self._kernel.now)
        if held > costs.available_bytes(self._settings):
            self._crash()
            return
        self._is_up = True
        self._memory_bytes = held
        self._kernel.after(self._settings.scrape_interval_seconds, self._scrape)

    def _tell(self) -> None:
        event, now = self._telemetry.event, self._kernel.now
        if self._settings.memory_limit_bytes:
            message = "Memory cgroup out of memory: Killed process (prometheus)"
            event(now, "Warning", "OOMKilling", "Node", "", NODE, "kernel-monitor", message)
        else:
            message = "System OOM encountered, victim process: prometheus"
            event(now, "Warning", "SystemOOM", "Node", "", NODE, "kubelet", message)
        message = "Back-off restarting failed container"
        event(now, "Warning", "BackOff", "Pod", NAMESPACE, POD, "kubelet", message)
