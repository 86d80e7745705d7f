"""Asks a real cluster's components for their metrics at an interval, and once for their settings."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING, Any, TypeVar

from plimsoll.errors import ApiError
from plimsoll.kube.resources import NODES, PODS
from plimsoll.observe.scraping.configuration import alike, control_plane_settings, kubelet_settings, node_settings
from plimsoll.observe.scraping.exposition import ExpositionError
from plimsoll.observe.scraping.readings import PageReader
from plimsoll.observe.scraping.requests import RequestReader
from plimsoll.observe.scraping.targets import (
    CONTROL_PLANE_NAMESPACE,
    Target,
    components,
    evenly,
    kubelet_path,
    kubelets,
    rules_of,
)

if TYPE_CHECKING:
    from plimsoll.cluster.pages import Pages
    from plimsoll.cluster.port import Cluster
    from plimsoll.kube.resources import Object
    from plimsoll.telemetry import Telemetry

MOST_NODES = 100
"""Kubelets that are asked; of more nodes every so many-th is. A kubelet's page has some 200 KB."""
LAST_ROUND_SECONDS = 5.0
PARALLEL = 10
"""Pages under way at a time."""
ALL_IN_ONE = b"\nscheduler_pending_pods"
"""A page of the API server with this is that of a whole control plane in one process, such as k3s or a served simulation."""

T = TypeVar("T")


class Scraper:
    """Reports what components show, as the series under which a simulation reports the same.

    What cannot be had is said once, in the log, and never a failure: the archive says which evidence is missing.
    """

    def __init__(
        self, cluster: Cluster, pages: Pages, telemetry: Telemetry, interval_seconds: float, epoch_seconds: float
    ) -> None:
        self._cluster = cluster
        self._pages = pages
        self._telemetry = telemetry
        self._interval_seconds = interval_seconds
        self._epoch_seconds = epoch_seconds
        self._time = asyncio.get_running_loop().time
        self._turns = asyncio.Semaphore(PARALLEL)
        self._server = Target("API server", "/metrics", PageReader(rules_of("apiserver")))
        self._targets: list[Target] = []
        self._requests = RequestReader()
        self._missing: set[str] = set()
        self._reported: dict[tuple[str, str], float] = {}

    @asynccontextmanager
    async def scraping(self) -> AsyncIterator[None]:
        """Scrape while the block runs, and once more when it has come to its end."""
        task = asyncio.get_running_loop().create_task(self._run())
        try:
            yield
            with suppress(TimeoutError):
                async with asyncio.timeout(LAST_ROUND_SECONDS):
                    await self._read_all()
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task

    async def _run(self) -> None:
        try:
            await self._ask_for_ever()
        except (
            KeyError,
            TypeError,
            ValueError,
            AttributeError,
        ) as error:  # an answer of a form that no cluster should give
            self._say(f"Reading metrics broke off: {error!r}")

    async def _ask_for_ever(self) -> None:
        """Ask for ever: settings first, then metrics at whole multiples of the interval, of which a late round loses some."""
        nodes = await self._list_nodes()
        control_plane = await self._list_control_plane()
        asked = evenly(sorted(node["metadata"]["name"] for node in nodes), MOST_NODES)
        if len(asked) < len(nodes):
            self._say(f"Metrics of {len(asked)} of {len(nodes)} nodes are read")
        await self._report_settings(nodes, asked, control_plane)
        others = list(components(control_plane))
        await self._look_at_server(others)
        self._targets = [*kubelets(asked), *others]
        due_seconds = self._time()
        while True:
            await self._read_all()
            late = max(self._time() - due_seconds, 0.0)
            due_seconds += self._interval_seconds * (1 + late // self._interval_seconds)
            await asyncio.sleep(due_seconds - self._time())

    # --- settings -------------------------------------------------------------------------------------------------------

    async def _list_nodes(self) -> Sequence[Object]:
        listing = await self._attempt("nodes", lambda: self._cluster.list(NODES))
        return listing.items if listing is not None else ()

    async def _list_control_plane(self) -> list[Object]:
        listing = await self._attempt(
            "pods of the control plane", lambda: self._cluster.list(PODS, CONTROL_PLANE_NAMESPACE)
        )
        pods = listing.items if listing is not None else ()
        return [pod for pod in pods if "component" in (pod["metadata"].get("labels") or {})]

    async def _report_settings(
        self, nodes: Sequence[Object], asked: Sequence[str], control_plane: Iterable[Object]
    ) -> None:
        configurations = await asyncio.gather(*(self._configuration(node) for node in asked))
        by_kubelet = {
            node: list(kubelet_settings(each)) for node, each in zip(asked, configurations, strict=True) if each
        }
        by_node = {node["metadata"]["name"]: list(node_settings(node)) for node in nodes}
        for settings in (by_node, by_kubelet):
            for series, instance, value in alike(settings):
                self._report(series, instance, value)
        found = control_plane_settings(control_plane)
        if not found:
            self._say("Command lines of the control plane are not shown by pods of this cluster")
        for series, value in found.items():
            self._report(series, "", value)

    async def _configuration(self, node: str) -> dict[str, Any]:
        page = await self._page("configurations of kubelets", kubelet_path(node, "configz"))
        try:
            document = json.loads(page) if page is not None else {}
        except ValueError:
            return {}
        return document if isinstance(document, dict) else {}

    # --- metrics --------------------------------------------------------------------------------------------------------

    async def _look_at_server(self, others: Sequence[Target]) -> None:
        """Take the API server's page for that of the whole control plane where it is, and nobody else has one."""
        page = await self._page(self._server.name, self._server.path)
        if page is None:
            return
        if not others and ALL_IN_ONE in page:
            self._server.reader = PageReader(rules_of("apiserver", "scheduler", "controllers"))
        elif not others:
            self._say("Metrics of scheduler and controllers are not reachable: they are no pods of this cluster")
        self._take(self._server, page)
        self._take_requests(page)

    async def _read_all(self) -> None:
        await asyncio.gather(self._read_server(), *(self._read(target) for target in self._targets))

    async def _read_server(self) -> None:
        page = await self._page(self._server.name, self._server.path)
        if page is None:
            return
        self._take(self._server, page)
        self._take_requests(page)
        if self._server.reader.processes > 1:
            self._say("Several API servers answer by turns: their metrics are of each since its own last turn")

    async def _read(self, target: Target) -> None:
        page = await self._page(target.name, target.path)
        if page is not None:
            self._take(target, page)

    def _take(self, target: Target, page: bytes) -> None:
        now_seconds = self._time()
        try:
            values = target.reader.read(page, now_seconds, self._epoch_seconds + now_seconds)
        except ExpositionError as error:
            self._say(f"Metrics of {target.name} are malformed: {error}")
            return
        for series, instance, value in values:
            self._report(series, instance, value)

    def _take_requests(self, page: bytes) -> None:
        try:
            self._telemetry.requests(list(self._requests.read(page, self._time())))
        except ExpositionError:
            return  # said where the same page was read for its series

    # --- what both need ---------------------------------------------------------------------------------------------------

    async def _page(self, what: str, path: str) -> bytes | None:
        async with self._turns:
            return await self._attempt(what, lambda: self._pages.read(path))

    async def _attempt(self, what: str, ask: Callable[[], Awaitable[T]]) -> T | None:
        """An answer; None, and a line in the log the first time, where there is none."""
        try:
            return await ask()
        except ApiError as error:
            self._say(f"No {what}: {error.code} {error.reason}")
        except (OSError, TimeoutError) as error:
            self._say(f"No {what}: {type(error).__name__}")
        return None

    def _say(self, message: str) -> None:
        if message not in self._missing:
            self._missing.add(message)
            self._telemetry.log(self._time(), "observer", "", 0, message)

    def _report(self, series: str, instance: str, value: float) -> None:
        """A value, where it is another than last time."""
        if self._reported.get((series, instance)) != value:
            self._reported[series, instance] = value
            self._telemetry.sample(self._time(), series, instance, value)
