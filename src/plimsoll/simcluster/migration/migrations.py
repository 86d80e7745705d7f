"""Migrations: who goes where, when they may start, and how they end."""

from __future__ import annotations

from collections import Counter, defaultdict, deque
from collections.abc import Callable, Sequence
from math import inf
from typing import TYPE_CHECKING

from plimsoll.simcluster.counters import Rate
from plimsoll.simcluster.migration import wording
from plimsoll.simcluster.migration.precopy import PreCopy
from plimsoll.simcluster.migration.route import is_refused, target_network
from plimsoll.simcluster.network import Network

if TYPE_CHECKING:
    from plimsoll.kernel import Kernel, Random, Timer
    from plimsoll.simcluster.demands import LiveMigrations
    from plimsoll.simcluster.network import Connection
    from plimsoll.simcluster.sampling import Sampler
    from plimsoll.simcluster.settings import MigrationSettings
    from plimsoll.telemetry import Telemetry

BITS_PER_BYTE = 8
GIB = 1024**3
LEAST_GIB = 2
"""Nova counts a machine for at least so much when it looks at its time-out (``_migration_data_gb``)."""
WATCH_SECONDS = 5.0
"""How often nova-compute looks whether a migration takes too long; it looks every half second."""


class Wires:
    """One network of the nodes. Its interfaces are full duplex, and a migration sends one way only."""

    def __init__(self, kernel: Kernel, nodes: Sequence[str], bits_per_second: float) -> None:
        self._nodes = nodes
        ends = {f"{way} {node}": bits_per_second for node in nodes for way in ("from", "to")}
        self._network = Network(kernel, ends)

    def send(
        self, source: str, destination: str, total_bytes: float, at_most: float, done: Callable[[], object]
    ) -> Connection:
        """Send bytes, at most so many a second, and then call ``done``."""
        ends = f"from {source}", f"to {destination}"
        return self._network.connect(*ends, bytes_per_second=at_most, total_bytes=total_bytes, on_done=done)

    def break_off(self, connection: Connection) -> None:
        """Send no more of it."""
        self._network.disconnect(connection)

    def bits_per_second(self) -> float:
        """What all nodes send now."""
        return sum(self._network.send_bits_per_second(f"from {node}") for node in self._nodes)


class Migrations:
    """All live migrations of a cluster."""

    def __init__(
        self,
        kernel: Kernel,
        settings: MigrationSettings,
        nodes: Sequence[str],
        random: Random,
        telemetry: Telemetry,
        sampler: Sampler,
    ) -> None:
        self.kernel = kernel
        self.settings = settings
        self.random = random
        self.telemetry = telemetry
        self._nodes = nodes
        self._active: Counter[str] = Counter()
        self._queues: defaultdict[str, deque[Migration]] = defaultdict(deque)
        self._completed = self._failed = 0
        self.network = target_network(settings)
        self.wires = Wires(kernel, nodes, self.network.bits_per_second)
        self._attach(sampler)

    def begin(self, demand: LiveMigrations) -> None:
        """Migrate as many machines as a demand wants from now on, at random moments."""
        end_seconds = self.kernel.now + demand.for_seconds if demand.for_seconds else inf
        self._wait(demand, end_seconds)

    def _attach(self, sampler: Sampler) -> None:
        gauge = sampler.gauge
        gauge("migration.active", "", self._active.total)
        gauge("migration.queued", "", lambda: sum(map(len, self._queues.values())))
        gauge("migration.completed", "", lambda: self._completed)
        gauge("migration.failed", "", lambda: self._failed)
        failed_per_second = Rate(self.kernel, lambda: self._failed)
        gauge("migration.failedPerMinute", "", lambda: failed_per_second() * 60)
        gauge("migration.sendBitsPerSecond", self.network.device, self.wires.bits_per_second)

    def _wait(self, demand: LiveMigrations, end_seconds: float) -> None:
        self.kernel.after(self.random.expovariate(demand.per_minute / 60), self._ask, demand, end_seconds)

    def _ask(self, demand: LiveMigrations, end_seconds: float) -> None:
        if self.kernel.now >= end_seconds:
            return
        source, destination = self.random.sample(self._nodes, 2)
        migration = Migration(self, demand, source, destination)
        if self._has_room(source):
            self._start(migration)
        else:
            self._queues[source].append(migration)
        self._wait(demand, end_seconds)

    def _has_room(self, source: str) -> bool:
        most = self.settings.max_concurrent
        return not most or self._active[source] < most

    def _start(self, migration: Migration) -> None:
        self._active[migration.source] += 1
        self.kernel.after(self.settings.preparation_seconds, migration.connect)

    def ended(self, migration: Migration, log: str, *, seconds: float | None) -> None:
        """A migration is over, after so many seconds of copying, or failed."""
        self._active[migration.source] -= 1
        self.telemetry.log(self.kernel.now, "nova-compute", migration.source, 0, log)
        if seconds is None:
            self._failed += 1
        else:
            self._completed += 1
            self.telemetry.sample(self.kernel.now, "migration.seconds", "", seconds)
        queue = self._queues[migration.source]
        if queue and self._has_room(migration.source):
            self._start(queue.popleft())


class Migration:
    """One machine on its way."""

    def __init__(self, migrations: Migrations, demand: LiveMigrations, source: str, destination: str) -> None:
        self.source = source
        self._migrations = migrations
        self._destination = destination
        self._demand = demand
        self._instance = wording.uuid(migrations.random)
        self._asked_seconds = migrations.kernel.now
        self._began_seconds = 0.0
        self._connection: Connection | None = None
        self._watch: Timer | None = None
        self._copy = PreCopy(
            demand.memory_bytes,
            demand.dirty_bytes_per_second,
            migrations.settings.downtime_seconds,
            lambda: migrations.kernel.now,
            self._send,
            self._finish,
        )

    def connect(self) -> None:
        """Libvirt connects to the destination's, and QEMU begins to copy."""
        settings = self._migrations.settings
        if is_refused(settings):
            self._fail(wording.refused(self._instance, self._destination))
            return
        self._began_seconds = self._migrations.kernel.now
        self._watch_over()
        self._copy.start()

    def _send(self, total_bytes: float, done: Callable[[], object]) -> None:
        migrations = self._migrations
        at_most = migrations.settings.bandwidth_bytes_per_second or migrations.network.bits_per_second / BITS_PER_BYTE
        self._connection = migrations.wires.send(self.source, self._destination, total_bytes, at_most, done)

    def _watch_over(self) -> None:
        settings, now = self._migrations.settings, self._migrations.kernel.now
        longest = settings.completion_timeout_seconds_per_gib * max(self._demand.memory_bytes / GIB, LEAST_GIB)
        progress = settings.progress_timeout_seconds
        if longest and now - self._began_seconds > longest:
            self._give_up(wording.not_completed(self._instance, now - self._began_seconds))
        elif progress and self._connection and now - self._copy.progress_seconds > progress:
            self._give_up(wording.stuck(self._instance, now - self._copy.progress_seconds))
        else:
            self._watch = self._migrations.kernel.timer(WATCH_SECONDS, self._watch_over)

    def _give_up(self, log: str) -> None:
        if self._connection is not None:
            self._migrations.wires.break_off(self._connection)
        self._fail(log)

    def _fail(self, log: str) -> None:
        self._migrations.ended(self, log, seconds=None)

    def _finish(self) -> None:
        if self._watch is not None:
            self._watch.cancel()
        seconds = self._migrations.kernel.now - self._asked_seconds
        self._migrations.ended(self, wording.finished(self._instance, self._destination), seconds=seconds)
