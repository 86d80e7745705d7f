from __future__ import annotations

from pathlib import Path

import pytest

from plimsoll.measurement.columns import Samples
from plimsoll.measurement.expectation import expectation
from plimsoll.measurement.network import Transfer, natural, transfer
from tests.measurement.building import archive_of, sampled, wanting


def _transfer(folder: Path, steady: tuple[float, float] | None) -> Transfer | None:
    archive = archive_of(
        folder,
        sampled("network.sendBitsPerSecond", 0, 8e6, 10e6, 8e6, 0, instance="worker-10"),
        sampled("network.sendBitsPerSecond", 0, 8e6, 8e6, 8e6, 0, instance="worker-9"),
        sampled("network.receiveBitsPerSecond", 0, 8e6, 9e6, 8e6, 0, instance="worker-9"),
    )
    wanted = expectation(wanting(20, bytes_per_second=50_000))
    return transfer(Samples(archive.table("samples")), wanted, steady, 100.0)


def test_rates_are_those_of_the_steady_time_in_the_order_of_the_nodes(tmp_path: Path) -> None:
    found = _transfer(tmp_path, (10.0, 40.0))

    assert found is not None
    nine, ten = found.nodes
    assert (nine.node, nine.send_mean) == ("worker-9", 8.0)
    assert nine.receive_mean == pytest.approx(25 / 3)
    assert (ten.node, ten.send_min, ten.send_max, ten.receive_mean) == ("worker-10", 8.0, 10.0, 0.0)
    assert [found.min, found.max] == pytest.approx([8.0, 26 / 3])


def test_both_directions_of_every_client_are_expected(tmp_path: Path) -> None:
    """The article: 2 · Nclients · XferRate, shared by the nodes."""
    found = _transfer(tmp_path, None)

    assert found is not None
    assert found.expected_bytes_per_second == 2 * 20 * 50_000
    assert found.expected_megabits_per_node == 8.0


def test_without_a_steady_time_the_rates_are_from_the_first_to_the_last_data(tmp_path: Path) -> None:
    found = _transfer(tmp_path, None)

    assert found is not None
    assert not found.is_steady
    assert found.nodes[0].send_mean == 8.0


def test_bytes_are_the_integral_over_the_whole_run(tmp_path: Path) -> None:
    found = _transfer(tmp_path, (10.0, 40.0))

    assert found is not None
    assert [node.sent_bytes for node in found.nodes] == [30e6, 32.5e6]


def test_a_silent_network_is_no_transfer(tmp_path: Path) -> None:
    archive = archive_of(tmp_path, sampled("network.sendBitsPerSecond", 0, 0, instance="worker-0"))

    assert transfer(Samples(archive.table("samples")), expectation({}), None, 100.0) is None


def test_node_names_sort_by_their_numbers() -> None:
    assert sorted(["worker-10", "worker-9", "master", "2", "worker-9a"], key=natural) == [
        *("2", "master", "worker-9", "worker-10", "worker-9a")
    ]
