"""A client's flood of a simulated cluster, as a diagnosis of its samples sees it."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import pytest

from plimsoll.diagnosis.catalogue.plm303 import FINDING as IN_FLIGHT_LIMIT
from plimsoll.diagnosis.catalogue.plm304 import FINDING as SEAT_LIMIT
from plimsoll.diagnosis.evidence import Evidence
from plimsoll.diagnosis.observable import Observable
from plimsoll.simcluster.assembly import assemble
from plimsoll.simcluster.demands import ApiRequests
from plimsoll.simcluster.nodes import NodeShape
from plimsoll.simcluster.profile import load_profile
from tests.diagnosis.casefile import archive_of_case
from tests.simcluster.controlplane import Recorder

SECONDS = 120.0
SLOW = {"apiserver.etcdReadSeconds": 0.5}


def flooded(per_second: float) -> Evidence:
    """A cluster of 1.36 with a slow etcd, of which one service account asks so many times a second."""
    telemetry = Recorder()
    shapes = [NodeShape("node-0", 8_000, 1 << 35, 1e10)]
    flood = ApiRequests(0.0, None, per_second, "nova", "GET", "configmaps")
    cluster = assemble(load_profile("kubernetes-1.36", SLOW), shapes, 1, telemetry, (), (flood,))
    cluster.kernel.run(SECONDS)
    points: dict[tuple[str, str], list[Any]] = defaultdict(list)
    for seconds, series, instance, value in telemetry.samples:
        points[series, instance].append([seconds, value])
    samples = [{"series": series, "instance": of, "points": values} for (series, of), values in points.items()]
    return Evidence(Observable(archive_of_case({"seconds": SECONDS, "samples": samples})))


def test_a_flood_beyond_the_seats_of_its_level_is_found_and_the_level_is_named() -> None:
    found = SEAT_LIMIT.look(flooded(1500.0))

    assert found is not None
    assert "workload-low" in found.cause
    assert IN_FLIGHT_LIMIT.look(flooded(1500.0)) is None


@pytest.mark.parametrize("per_second", [10.0, 300.0])
def test_a_client_whose_requests_find_seats_is_no_flood(per_second: float) -> None:
    assert SEAT_LIMIT.look(flooded(per_second)) is None
