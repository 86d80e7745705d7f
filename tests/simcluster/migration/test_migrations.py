from __future__ import annotations

from typing import Any

import pytest

from plimsoll.simcluster.demands import LiveMigrations
from plimsoll.simcluster.migration import Migrations
from plimsoll.simcluster.migration.precopy import precopy_seconds
from plimsoll.simcluster.profile import ProfileError, load_profile
from tests.simcluster.appclusters import Bench

GIB = 1024**3
INBOUND: dict[str, Any] = {"inbound_network": "private", "inbound_address_honoured": True}
EVERYWHERE: dict[str, Any] = {"libvirt_listens_on": "all"}


class Compute:
    """Compute nodes as Newton's Nova had them, and twenty minutes of migrations."""

    def __init__(self, *, nodes: int = 20, per_minute: float = 3.0, dirty: float = 5e7, **changes: Any) -> None:
        self.bench = Bench()
        settings = load_profile("kargo").migration.model_copy(update=changes)
        names = [f"worker-{number}" for number in range(nodes)]
        migrations = Migrations(
            self.bench.kernel, settings, names, self.bench.random, self.bench.telemetry, self.bench.gauges
        )
        migrations.begin(LiveMigrations(0.0, 1200.0, per_minute, 4 * GIB, dirty))
        self.most_active = self.most_bits_per_second = 0.0
        for second in range(0, 1200, 2):
            self.bench.kernel.at(float(second), self._look)
        self.bench.kernel.run(20_000.0)

    def _look(self) -> None:
        gauges = self.bench.gauges
        self.most_active = max(self.most_active, gauges.value("migration.active"))
        self.most_bits_per_second = max(self.most_bits_per_second, gauges.total("migration.sendBitsPerSecond"))

    def count(self, name: str) -> float:
        return float(self.bench.gauges.value(f"migration.{name}"))

    @property
    def seconds(self) -> list[float]:
        return sorted(value for _, name, _, value in self.bench.telemetry.samples if name == "migration.seconds")


def test_every_migration_is_refused_where_the_name_leads_to_a_network_that_libvirt_does_not_listen_on() -> None:
    compute = Compute()

    assert compute.count("completed") == 0
    assert compute.count("failed") == len(compute.bench.logs) > 30
    assert all("Failed to connect to remote libvirt URI qemu+tcp://worker-" in line for line in compute.bench.logs)
    assert all(line.endswith("Connection refused") for line in compute.bench.logs)


def test_newton_ignores_the_inbound_address() -> None:
    assert Compute(inbound_network="private").count("completed") == 0


def test_the_inbound_address_leads_to_the_right_network() -> None:
    compute = Compute(**INBOUND)

    assert compute.count("failed") == 0
    assert compute.count("completed") == len(compute.seconds) > 30


def test_a_migration_alone_takes_as_long_as_the_formula_says() -> None:
    compute = Compute(per_minute=0.5, nodes=200, **INBOUND)
    alone = 5 + precopy_seconds(4 * GIB, 5e7, 10e9 / 8, 0.5)

    assert compute.seconds[0] == pytest.approx(alone, rel=0.01)


def test_where_libvirt_listens_everywhere_the_name_leads_over_the_slow_network() -> None:
    fast, slow = Compute(per_minute=0.5, **INBOUND), Compute(per_minute=0.5, **EVERYWHERE)

    assert slow.count("failed") == 0
    assert slow.seconds[0] > 5 * fast.seconds[0]


def test_a_machine_that_writes_faster_than_the_network_is_given_up() -> None:
    compute = Compute(dirty=2e8, per_minute=0.5, **EVERYWHERE)

    assert compute.count("completed") == 0
    assert any("Live migration stuck for" in line for line in compute.bench.logs)


def test_without_a_limit_on_progress_it_is_given_up_after_the_time_for_its_memory() -> None:
    compute = Compute(dirty=2e8, per_minute=0.2, progress_timeout_seconds=0.0, **EVERYWHERE)

    assert compute.count("completed") == 0
    assert any("Live migration not completed after 320" in line for line in compute.bench.logs)


def test_a_node_sends_one_machine_at_a_time() -> None:
    compute = Compute(nodes=2, per_minute=30, **EVERYWHERE)

    assert compute.most_active == 2
    assert compute.seconds[-1] > 10 * compute.seconds[0]


def test_a_bandwidth_limit_applies_to_each_migration() -> None:
    compute = Compute(bandwidth_bytes_per_second=1e8, per_minute=0.5, nodes=200, dirty=0, **INBOUND)

    assert compute.seconds[0] == pytest.approx(5 + 4 * GIB / 1e8, rel=0.01)


def test_the_interface_that_is_used_shows_what_is_sent() -> None:
    compute = Compute(**INBOUND)

    assert ("migration.sendBitsPerSecond", "eno2") in compute.bench.gauges.reads
    assert compute.most_bits_per_second >= 10e9


@pytest.mark.parametrize("setting", ["hostNameNetwork", "libvirtListensOn", "inboundNetwork"])
def test_a_network_that_no_node_has_is_refused(setting: str) -> None:
    with pytest.raises(ProfileError, match="there is no network 'dmz' among pxe, private"):
        load_profile("kargo", {f"migration.{setting}": "dmz"})
