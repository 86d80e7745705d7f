"""The metrics of the control plane, as one page: API server, scheduler and controllers of a simulation are one process."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Literal

from plimsoll.serve.metrics.components import client_families, queue_families, scheduler_families
from plimsoll.serve.metrics.counting import Durations, Totals
from plimsoll.serve.metrics.exposition import CONTENT_TYPE, Family, Sample, histogram, render
from plimsoll.serve.responses import Response
from plimsoll.serve.version import version_document

if TYPE_CHECKING:
    from plimsoll.registry.registry import Registry
    from plimsoll.serve.exchange import Exchange
    from plimsoll.serve.fairness import Fairness
    from plimsoll.serve.watches import Watches

REQUEST_BOUNDS = (
    *(0.005, 0.025, 0.05, 0.1, 0.2, 0.4, 0.6, 0.8, 1.0, 1.25, 1.5, 2.0, 3.0, 4.0, 5.0),
    *(6.0, 8.0, 10.0, 15.0, 20.0, 30.0, 45.0, 60.0),
)
"""Bounds of request durations (apiserver, endpoints/metrics/metrics.go)."""

WATCH = "WATCH"

FLOW_CONTROL: tuple[tuple[str, Literal["counter", "gauge"], str, str], ...] = (
    ("nominal_limit_seats", "gauge", "Seats of each priority level.", "seats"),
    ("current_executing_seats", "gauge", "Seats in use.", "occupied"),
    ("current_executing_requests", "gauge", "Requests that have a seat.", "executing"),
    ("current_inqueue_requests", "gauge", "Requests that wait for a seat.", "waiting"),
    ("dispatched_requests_total", "counter", "Requests that got a seat.", "dispatched"),
    ("rejected_requests_total", "counter", "Requests that were turned away.", "rejected"),
)
"""Metrics of flow control, and what of a queue set each shows."""


class ControlPlaneMetrics:
    """Serves ``/metrics``."""

    def __init__(self, registry: Registry, totals: Totals, watches: Watches, fairness: Fairness) -> None:
        self._registry = registry
        self._cluster = registry.cluster
        self._totals = totals
        self._watches = watches
        self._fairness = fairness

    def __call__(self, _: Exchange) -> Response:
        """The page, complete up to now."""
        self._cluster.metering.close_window(self._cluster.kernel.now)
        return Response(200, render(self._families()), CONTENT_TYPE)

    def _families(self) -> Iterator[Family]:
        yield from self._requests()
        yield from self._server()
        yield from self._flow_control()
        yield from scheduler_families(self._cluster)
        yield from queue_families(self._cluster)
        yield from client_families(self._cluster, self._totals)
        version = version_document()
        labels = {"major": version["major"], "minor": version["minor"], "git_version": version["gitVersion"]}
        yield Family("kubernetes_build_info", "gauge", "The release whose API is simulated.", [Sample(1, labels)])

    def _requests(self) -> Iterator[Family]:
        counters: dict[tuple[str, str, int], int] = {}
        durations: dict[tuple[str, str], Durations] = {}
        for kind, taken in self._totals.latencies.items():
            key = kind.verb, kind.resource
            counters[*key, kind.code] = counters.get((*key, kind.code), 0) + sum(taken.counts.values())
            if kind.verb != WATCH:
                durations.setdefault(key, Durations()).merge(taken)
        samples = [
            Sample(count, {**self._labels(verb, resource), "code": str(code)})
            for (verb, resource, code), count in counters.items()
        ]
        yield Family("apiserver_request_total", "counter", "Requests by verb, resource and code.", samples)
        for name, what in (("", "Time"), ("_sli", "Time without what webhooks and queues take")):
            yield Family(
                f"apiserver_request{name}_duration_seconds",
                "histogram",
                f"{what} to answer requests, by verb and resource.",
                [
                    sample
                    for (verb, resource), taken in durations.items()
                    for sample in histogram(
                        taken.counts, taken.total_seconds, self._labels(verb, resource), REQUEST_BOUNDS
                    )
                ],
            )

    def _labels(self, verb: str, resource: str) -> dict[str, str]:
        group, version = self._places().get(resource, ("", "v1"))
        return {"verb": verb, "group": group, "version": version, "resource": resource, "component": "apiserver"}

    def _places(self) -> dict[str, tuple[str, str]]:
        """The group and version that clients know a plural in; the first where there are several."""
        places: dict[str, tuple[str, str]] = {}
        for (group, version), rows in self._registry.resources.catalogue.by_group_version.items():
            for row in rows:
                places.setdefault(row.resource.plural, (group, version))
        return places

    def _server(self) -> Iterator[Family]:
        cluster = self._cluster
        reading, mutating = cluster.server.in_flight(cluster.kernel.now)
        flights = [Sample(reading, {"request_kind": "readOnly"}), Sample(mutating, {"request_kind": "mutating"})]
        yield Family("apiserver_current_inflight_requests", "gauge", "Requests being served.", flights)
        watches = [Sample(len(self._watches), {"verb": WATCH, "component": "apiserver"})]
        yield Family("apiserver_longrunning_requests", "gauge", "Watches from outside the simulation.", watches)
        stored = [
            (collection.resource.plural, collection.resource.group, len(collection))
            for collection in cluster.store.collections()
        ]
        by_name = [Sample(count, {"resource": f"{name}.{group}" if group else name}) for name, group, count in stored]
        yield Family("apiserver_storage_objects", "gauge", "Objects by resource.", by_name)
        by_group = [Sample(count, {"group": group, "resource": name}) for name, group, count in stored]
        yield Family("apiserver_resource_objects", "gauge", "Objects by group and resource.", by_group)

    def _flow_control(self) -> Iterator[Family]:
        prefix = "apiserver_flowcontrol_"
        levels = [(name, {"priority_level": name}) for name in self._fairness.queue_sets]
        for name, kind, description, attribute in FLOW_CONTROL:
            samples = [Sample(getattr(self._fairness.queue_sets[level], attribute), labels) for level, labels in levels]
            yield Family(f"{prefix}{name}", kind, description, samples)
