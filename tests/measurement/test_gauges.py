from __future__ import annotations

import pyarrow as pa

from plimsoll.measurement.columns import Samples
from plimsoll.measurement.gauges import gauges


def samples(*rows: tuple[float, str, str, float]) -> Samples:
    seconds, series, instances, values = zip(*rows, strict=True) if rows else ((), (), (), ())
    columns = {"seconds": seconds, "series": series, "instance": instances, "value": values}
    types = {"seconds": pa.float64(), "series": pa.string(), "instance": pa.string(), "value": pa.float64()}
    return Samples(pa.table({name: pa.array(column, types[name]) for name, column in columns.items()}))


def test_a_gauge_is_summed_up_over_time_and_instances() -> None:
    name = "kubelet.plegRelistSeconds"
    found = gauges(samples((0, name, "a", 2), (5, name, "a", 4), (0, name, "b", 1)), run_seconds=10)

    assert found == {f"{name}.max": 4, f"{name}.mean": (3 + 1) / 2}


def test_how_many_pods_broke_a_rule_is_the_most_at_a_time() -> None:
    name = "pods.antiAffinityViolated"

    assert gauges(samples((0, name, "", 0), (5, name, "", 4), (9, name, "", 2)), run_seconds=10)[name] == 4


def test_what_was_never_sampled_is_absent() -> None:
    assert gauges(samples(), run_seconds=10) == {}
