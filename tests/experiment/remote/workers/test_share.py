"""How workers divide a phase among themselves."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plimsoll.driver.plan import build_plan
from plimsoll.experiment.remote.workers.share import Share
from plimsoll.scenario.loading import parse_scenario
from plimsoll.scenario.pace import Pace

SCENARIO = """
name: small
cluster: {nodes: 2}
load:
  jobs:
  - name: job
    namespaces: 7
    objects:
    - {kind: Secret, count: 3}
"""


@given(st.integers(1, 12))
def test_every_object_is_some_workers_and_no_two_workers(workers: int) -> None:
    plan = build_plan(parse_scenario(SCENARIO, "small.yaml").scenario, "r")
    phase = next(phase for phase in plan.phases if phase.name == "Create secrets")

    def names(share: Share) -> list[tuple[str | None, str]]:
        return [
            (each.namespace, each.name)
            for chain in share.chains(phase)
            for call in chain.calls
            for each in call.operations
        ]

    shares = [names(Share(number, workers)) for number in range(workers)]
    together = [name for share in shares for name in share]
    assert len(together) == len(set(together)) == 21


@given(st.integers(1, 12), st.integers(1, 40))
def test_workers_are_together_as_parallel_as_was_asked_for_but_each_does_something(
    workers: int, parallelism: int
) -> None:
    pace = Pace(parallelism=parallelism)
    parallel = [Share(number, workers).pace(pace).parallelism for number in range(workers)]
    assert sum(parallel) == max(parallelism, workers)


def test_workers_divide_rates_and_shapes() -> None:
    pace = Pace.model_validate({"ratePerSecond": 30.0, "burst": 5, "shape": [{"at": 0, "ratePerSecond": 9.0}]})
    each = Share(1, 3).pace(pace)
    assert each.rate_per_second == pytest.approx(10.0)
    assert each.burst == 2
    assert each.shape[0].rate_per_second == pytest.approx(3.0)
