"""Following what a cluster is doing, run or no run."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from plimsoll.kube.labels import RUN_LABEL
from plimsoll.kube.resources import NAMESPACES, NODES, PODS
from plimsoll.observe.namespaces import NamespaceCensus
from plimsoll.observe.nodes import NodeCensus
from plimsoll.observe.overview import Overview
from plimsoll.observe.watching import Watcher

if TYPE_CHECKING:
    from plimsoll.cluster.port import Cluster

RATE_SECONDS = 60.0
"""Rates are those of the last minute, or of what there is of it."""


@dataclass(frozen=True, slots=True)
class Rates:
    """Pods per minute."""

    created: float = 0.0
    ran: float = 0.0
    deleted: float = 0.0


@dataclass(frozen=True, slots=True)
class View:
    """One moment. The censuses are those that go on being updated."""

    seconds: float
    pods: Overview
    namespaces: NamespaceCensus
    nodes: NodeCensus
    rates: Rates


class Following:
    """Watches pods, namespaces and nodes: all of them, or those of one run."""

    def __init__(self, cluster: Cluster, load: str | None) -> None:
        selector = "" if load is None else f"{RUN_LABEL}={load}"
        self._pods, self._namespaces, self._nodes = Overview(), NamespaceCensus(), NodeCensus()
        self._watchers = [
            Watcher(cluster, PODS, self._pods, on_change=_nothing, label_selector=selector),
            Watcher(cluster, NAMESPACES, self._namespaces, on_change=_nothing, label_selector=selector),
            Watcher(cluster, NODES, self._nodes, on_change=_nothing),
        ]
        self._counted: deque[tuple[float, int, int, int]] = deque()

    async def views(self, interval_seconds: float) -> AsyncIterator[View]:
        """A view now, and one after each interval, until the iterator is closed."""
        loop = asyncio.get_running_loop()
        tasks = [loop.create_task(watcher.run()) for watcher in self._watchers]
        try:
            for watcher in self._watchers[:2]:  # who may not see nodes does without
                await watcher.listed.wait()
            while True:
                yield View(loop.time(), self._pods, self._namespaces, self._nodes, self._rates(loop.time()))
                await asyncio.sleep(interval_seconds)
        finally:
            for task in tasks:
                task.cancel()

    def _rates(self, now_seconds: float) -> Rates:
        pods = self._pods
        self._counted.append((now_seconds, pods.created, pods.ran, pods.deleted))
        while len(self._counted) > 2 and self._counted[1][0] <= now_seconds - RATE_SECONDS:  # noqa: PLR2004 - two ends
            self._counted.popleft()
        then_seconds, *before = self._counted[0]
        minutes = (now_seconds - then_seconds) / 60.0
        if not minutes:
            return Rates()
        now = (pods.created, pods.ran, pods.deleted)
        return Rates(*((later - earlier) / minutes for later, earlier in zip(now, before, strict=True)))


def _nothing() -> None:
    """Nobody waits for a change: the view is drawn at intervals."""
