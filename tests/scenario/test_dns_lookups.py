from __future__ import annotations

from typing import Any

import pytest

from plimsoll.embed.composition import simulated_demands
from plimsoll.scenario.contradictions import contradictions
from plimsoll.scenario.model import Scenario
from plimsoll.simcluster.demands import DnsLookups


def scenario(**demand: Any) -> Scenario:
    job = {"name": "job", "namespaces": 1, "objects": [{"kind": "Pod", "name": "pod"}]}
    load = {"jobs": [job], "demands": [{"kind": "dnsLookups", **demand}]}
    return Scenario.model_validate({"cluster": {"nodes": 1}, "load": load})


def test_look_ups_reach_the_simulation_as_they_were_written() -> None:
    (demand,) = simulated_demands(scenario(at="1m", perSecond=5, external=1, upstreamSeconds="20ms").load)
    assert demand == DnsLookups(60.0, None, per_second=5.0, external=1.0, upstream_seconds=0.02)


@pytest.mark.parametrize(
    ("demand", "field"),
    [({"external": 1}, "perSecond"), ({"perSecond": 1}, 0)],
)
def test_look_ups_of_nothing_contradict_themselves(demand: dict[str, Any], field: str | int) -> None:
    found = [path for path, _, _ in contradictions(scenario(**demand))]
    assert [path[-1] for path in found] == [field]


def test_look_ups_of_something_do_not() -> None:
    assert not list(contradictions(scenario(perPodPerSecond=0.5, sameNamespace=1)))
