"""API server, scheduler and controller manager on the machines of a whole cluster."""

from __future__ import annotations

from typing import Any

import pytest

from plimsoll.kube.resources import NAMESPACES, PODS, SERVICEACCOUNTS
from plimsoll.simcluster.assembly import SimulatedCluster, assemble
from plimsoll.simcluster.nodes import NodeShape
from plimsoll.simcluster.profile import load_profile
from plimsoll.telemetry import Milestone
from tests.simcluster.controlplane import Recorder, pod_spec

TWO = {
    "masters.count": 2,
    "masters.coresPerMaster": 16,
    "scheduler.cycleSeconds": 1.0,
    "scheduler.parallelism": 16,
    "scheduler.qps": 0,
}


def cluster(**settings: Any) -> tuple[SimulatedCluster, Recorder]:
    telemetry = Recorder()
    shapes = [NodeShape(f"node-{index}", 64_000, 1 << 40, 1e10) for index in range(3)]
    made = assemble(load_profile("kubernetes-1.36", {**TWO, **settings}), shapes, 1, telemetry)
    made.api.create(made.store.collection(NAMESPACES), "", {"metadata": {"name": "ns"}})
    made.api.create(made.store.collection(SERVICEACCOUNTS), "ns", {"metadata": {"name": "default"}})
    return made, telemetry


def scheduled(made: SimulatedCluster, telemetry: Recorder, pods: int = 10) -> float:
    """When the last of some pods was bound."""
    for index in range(pods):
        body = {"metadata": {"name": f"pod-{index}"}, "spec": pod_spec()}
        made.api.create(made.store.collection(PODS), "ns", body)
    made.kernel.run(1_000.0)
    return max(seconds for seconds, _, milestone in telemetry.milestones if milestone == Milestone.SCHEDULED)


def busy(made: SimulatedCluster, cores: float) -> None:
    """Have the first master's API server compute all the time."""
    made.kernel.after(0.0, made.server.masters.api_machines[0].keep_busy, cores, 1.0)  # type: ignore[union-attr]


def test_cycles_take_their_time_on_a_master_with_cores_to_spare() -> None:
    assert scheduled(*cluster()) == pytest.approx(10, rel=0.02)


def test_cycles_take_twice_as_long_on_half_the_cores() -> None:
    assert scheduled(*cluster(**{"masters.coresPerMaster": 8})) == pytest.approx(20, rel=0.02)


def test_cycles_take_longer_beside_a_busy_api_server_and_not_on_a_node_of_its_own() -> None:
    beside, apart = cluster(**HEAVY), cluster(**HEAVY, **{"masters.schedulerPlacement": "own"})

    assert scheduled(*beside) > 1.2 * scheduled(*apart)


def test_requests_take_longer_while_the_scheduler_computes_beside_them() -> None:
    made, _ = cluster(**{"masters.count": 1})
    masters = made.server.masters
    assert masters is not None
    alone = masters.serve(0.0, 1.0)
    masters.api_machines[0].bursting = 48

    assert masters.serve(10.0, 1.0) - 10.0 > 3 * alone


def test_clients_are_spread_over_the_api_servers() -> None:
    made, _ = cluster(**{"masters.coresPerMaster": 1})
    masters = made.server.masters
    assert masters is not None

    assert [masters.serve(0.0, 1.0) for _ in range(4)] == pytest.approx([1, 1, 2, 2], rel=1e-3)


def test_what_each_process_used_adds_up_to_the_machines() -> None:
    made, telemetry = cluster(**HEAVY)
    scheduled(made, telemetry)
    used: dict[float, float] = {}
    values: dict[tuple[str, str], float] = {}
    for seconds, name, instance, value in telemetry.samples:
        if name.startswith("masters."):
            values[name, instance] = value
            cores = sum(value for (series, _), value in values.items() if series == "masters.cpuCores")
            shares = sum(value for (series, _), value in values.items() if series == "masters.utilization")
            used[seconds] = cores - shares * 16

    assert values["masters.cpuCores", "scheduler"] == 0.0  # all are scheduled by then
    assert list(used.values()) == pytest.approx([0.0] * len(used), abs=1e-3)


HEAVY = {"kubelet.baseRequestsPerSecond": 5_000, "apiserver.readCpuSeconds": 0.0015}
"""Three nodes whose requests keep 22 cores of 32 busy."""
