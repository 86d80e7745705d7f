"""What a machine gets done, by the number of threads that want to run."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plimsoll.simcluster.masters.capacity import Capacity, capacity_of
from plimsoll.simcluster.profile import load_profile

XEON = Capacity(cores=24, cpus=48, second_thread_gain=0.25)


@pytest.mark.parametrize(("threads", "work"), [(0, 0), (1, 1), (24, 24), (36, 27), (48, 30), (100, 30)])
def test_a_second_thread_on_a_core_adds_a_part_of_it_and_further_ones_add_nothing(threads: float, work: float) -> None:
    assert XEON.work(threads) == pytest.approx(work)


def test_threads_beyond_the_cpus_share_them_evenly() -> None:
    plain = Capacity(cores=8, cpus=8)

    assert plain.speed(4) == 1.0
    assert plain.speed(32) == pytest.approx(8 / 32)
    assert plain.on_cpu(32) == pytest.approx(8 / 32)
    assert plain.on_cpu(0) == 1.0


@given(st.floats(0, 500), st.floats(0, 500))
def test_more_threads_never_get_less_done(one: float, other: float) -> None:
    fewer, more = sorted((one, other))

    assert XEON.work(fewer) <= XEON.work(more) + 1e-9
    assert XEON.speed(more) <= XEON.speed(fewer) + 1e-9


def test_a_virtual_machine_does_less_by_its_efficiency_and_by_what_is_stolen() -> None:
    virtual = {
        "masters.coresPerMaster": 8,
        "masters.virtualMachines": True,
        "masters.virtualMachineEfficiency": 0.6,
        "masters.virtualMachineSteal": 0.05,
    }
    settings = load_profile("kubernetes-1.36", virtual).masters

    assert capacity_of(settings).work(8) == pytest.approx(8 * 0.6 * 0.95)
    assert capacity_of(settings.model_copy(update={"virtual_machines": False})).work(8) == 8.0
