"""Connections over nodes' interfaces, in virtual time."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plimsoll.kernel import Kernel
from plimsoll.simcluster.network import Connection, Network
from plimsoll.simcluster.network.sharing import Demand, max_min_rates

GIGABIT = 1e9
GIGABYTE_PER_SECOND = GIGABIT / 8


@dataclass
class World:
    """Nodes a, b, c, d of one gigabit each way, and what has ended when."""

    kernel: Kernel = field(default_factory=Kernel)
    done: dict[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.network = Network(self.kernel, dict.fromkeys("abcd", GIGABIT))

    def connect(self, name: str, client: str, server: str, rate: float, **bounds: float) -> Connection:
        def note() -> None:
            self.done[name] = self.kernel.now

        return self.network.connect(client, server, bytes_per_second=rate, on_done=note, **bounds)


@pytest.fixture
def world() -> World:
    return World()


def test_a_connection_bounded_in_bytes_ends_when_they_are_through(world: World) -> None:
    connection = world.connect("x", "a", "b", 100_000, total_bytes=10e6)
    world.kernel.run()
    assert world.done == {"x": 100.0}
    assert connection.carried_bytes == 10e6
    assert not connection.active


def test_a_connection_bounded_in_time_ends_then(world: World) -> None:
    connection = world.connect("x", "a", "b", 100_000, seconds=28_800)
    world.kernel.run()
    assert world.done == {"x": 28_800.0}
    assert connection.carried_bytes == 28_800 * 100_000


@pytest.mark.parametrize(("total_bytes", "ends"), [(500.0, 5.0), (5000.0, 20.0)])
def test_of_two_bounds_the_first_one_reached_counts(world: World, total_bytes: float, ends: float) -> None:
    world.connect("x", "a", "b", 100, total_bytes=total_bytes, seconds=20)
    world.kernel.run()
    assert world.done == {"x": ends}


def test_both_nodes_send_and_receive_what_is_exchanged(world: World) -> None:
    world.connect("x", "a", "b", 1000, seconds=10)
    world.kernel.run(until_seconds=5)
    rates = [(world.network.send_bits_per_second(node), world.network.receive_bits_per_second(node)) for node in "abc"]
    assert rates == [(8000.0, 8000.0), (8000.0, 8000.0), (0.0, 0.0)]
    world.kernel.run()
    assert world.network.sent_bytes("a") == world.network.received_bytes("b") == 10_000
    assert world.network.send_bits_per_second("a") == 0.0


def test_an_exchange_inside_a_node_does_not_pass_its_interface(world: World) -> None:
    connection = world.connect("x", "a", "a", 10 * GIGABYTE_PER_SECOND, seconds=10)
    world.kernel.run()
    assert connection.carried_bytes == 100 * GIGABYTE_PER_SECOND
    assert world.network.sent_bytes("a") == 0.0


def test_a_saturated_server_gives_each_client_an_equal_share(world: World) -> None:
    connections = [world.connect(client, client, "d", GIGABYTE_PER_SECOND) for client in "abc"]
    world.kernel.run(until_seconds=1)
    assert [connection.bytes_per_second for connection in connections] == [GIGABYTE_PER_SECOND / 3] * 3
    assert world.network.send_bits_per_second("d") == pytest.approx(GIGABIT)


def test_shares_grow_when_a_client_leaves(world: World) -> None:
    first, second = (world.connect(client, client, "d", GIGABYTE_PER_SECOND) for client in "ab")
    world.kernel.run(until_seconds=1)
    world.network.disconnect(first)
    world.kernel.run(until_seconds=2)
    assert second.bytes_per_second == GIGABYTE_PER_SECOND
    assert second.carried_bytes == pytest.approx(1.5 * GIGABYTE_PER_SECOND)


def test_a_slowed_connection_ends_later_by_what_it_lost(world: World) -> None:
    # Alone for 1 s, at half rate while the other is there for 2 s, then alone again: 1 + 1 + 1 GB/8 in 4 s.
    world.connect("long", "a", "d", GIGABYTE_PER_SECOND, total_bytes=3 * GIGABYTE_PER_SECOND)
    world.kernel.at(1.0, lambda: world.connect("short", "b", "d", GIGABYTE_PER_SECOND, seconds=2))
    world.kernel.run()
    assert world.done == {"short": 3.0, "long": pytest.approx(4.0)}


def test_a_client_that_asks_for_little_is_not_slowed_by_greedy_ones(world: World) -> None:
    modest = world.connect("modest", "a", "d", GIGABYTE_PER_SECOND / 10)
    greedy = [world.connect(client, client, "d", GIGABYTE_PER_SECOND) for client in "bc"]
    world.kernel.run(until_seconds=1)
    assert modest.bytes_per_second == GIGABYTE_PER_SECOND / 10
    assert [connection.bytes_per_second for connection in greedy] == [pytest.approx(0.45 * GIGABYTE_PER_SECOND)] * 2


def test_a_connection_held_back_at_one_end_leaves_room_at_the_other(world: World) -> None:
    held_back = [world.connect(f"d{index}", "a", "d", GIGABYTE_PER_SECOND) for index in range(4)]
    beside = world.connect("c", "a", "c", GIGABYTE_PER_SECOND)
    others = [world.connect(f"b{index}", "b", "d", GIGABYTE_PER_SECOND) for index in range(4)]
    world.kernel.run(until_seconds=1)
    eighth = pytest.approx(GIGABYTE_PER_SECOND / 8)
    assert [connection.bytes_per_second for connection in held_back + others] == [eighth] * 8
    assert beside.bytes_per_second == pytest.approx(GIGABYTE_PER_SECOND / 2)


def test_connections_are_broken_off_without_a_word_when_their_node_is_lost(world: World) -> None:
    lost = [world.connect("in", "a", "b", 100, seconds=10), world.connect("local", "b", "b", 100, seconds=10)]
    kept = world.connect("kept", "a", "c", 100, seconds=10)
    world.kernel.run(until_seconds=4)
    world.network.disconnect_node("b")
    world.kernel.run()
    assert world.done == {"kept": 10.0}
    assert [connection.carried_bytes for connection in lost] == [400.0, 400.0]
    assert kept.carried_bytes == 1000.0
    assert world.network.connections == 0


def test_breaking_off_an_ended_connection_changes_nothing(world: World) -> None:
    connection = world.connect("x", "a", "b", 100, seconds=10)
    world.kernel.run()
    world.network.disconnect(connection)
    assert connection.carried_bytes == 1000.0


def test_settling_shares_late_and_all_together() -> None:
    world = World()
    world.network = Network(world.kernel, dict.fromkeys("abcd", GIGABIT), settling_seconds=1.0)
    first, second = (world.connect(client, client, "d", GIGABYTE_PER_SECOND) for client in "ab")
    world.kernel.run(until_seconds=0.5)
    assert (first.bytes_per_second, second.bytes_per_second) == (GIGABYTE_PER_SECOND, 0.0)
    world.kernel.run(until_seconds=1.5)
    assert first.bytes_per_second == second.bytes_per_second == GIGABYTE_PER_SECOND / 2


def test_the_articles_load_is_720_megabits_per_node_less_what_stays_inside() -> None:
    # 45,000 clients at 100 kB/s each way on 100 nodes, servers spread evenly: 1 % of clients share their server's node.
    kernel = Kernel()
    names = [f"node-{index}" for index in range(100)]
    network = Network(kernel, dict.fromkeys(names, 10 * GIGABIT))
    for client in range(45_000):
        network.connect(names[client % 100], names[client // 100 % 100], bytes_per_second=100_000)
    kernel.run(until_seconds=1)
    megabits = [network.send_bits_per_second(name) / 1e6 for name in names]
    assert sum(megabits) / 100 == pytest.approx(720 * 0.99, rel=0.01)
    assert min(megabits) > 650


@pytest.mark.parametrize("rate", [0.0, -1.0, float("nan")])
def test_a_rate_must_be_above_zero(world: World, rate: float) -> None:
    with pytest.raises(ValueError, match="a connection needs a rate above zero"):
        world.connect("x", "a", "b", rate)


def test_a_bandwidth_must_be_above_zero(world: World) -> None:
    with pytest.raises(ValueError, match="node e needs a bandwidth above zero"):
        world.network.add_node("e", 0)


@st.composite
def histories(draw: st.DrawFn) -> list[tuple[float, str, str, float, dict[str, float]]]:
    bounds = st.fixed_dictionaries(
        {},
        optional={"seconds": st.integers(0, 5).map(float), "total_bytes": st.integers(1, 500).map(lambda x: x * 1e6)},
    )
    rates = st.sampled_from([1e6, 3e7, GIGABYTE_PER_SECOND, 3e8])
    starts = st.tuples(st.integers(0, 6).map(float), st.sampled_from("abcd"), st.sampled_from("abcd"), rates, bounds)
    return draw(st.lists(starts, min_size=1, max_size=12))


@given(histories(), st.sampled_from([None, "a"]))
def test_bytes_are_conserved_and_no_interface_carries_more_than_it_can(
    history: list[tuple[float, str, str, float, dict[str, float]]], lost: str | None
) -> None:
    world = World()
    connections: list[tuple[Connection, str, str]] = []

    def start(client: str, server: str, rate: float, bounds: dict[str, float]) -> None:
        connections.append((world.connect(f"{len(connections)}", client, server, rate, **bounds), client, server))

    for seconds, *arguments in history:
        world.kernel.at(seconds, start, *arguments)
    if lost is not None:
        world.kernel.at(3.5, world.network.disconnect_node, lost)
    for _ in range(30):
        world.kernel.run(until_seconds=world.kernel.now + 0.7)
        _check_conservation(world, connections)
        _check_shares(connections)


def _check_conservation(world: World, connections: list[tuple[Connection, str, str]]) -> None:
    for node in "abcd":
        crossing = [item for item, client, server in connections if client != server and node in (client, server)]
        carried = sum(connection.carried_bytes for connection in crossing)
        rate = sum(connection.bytes_per_second for connection in crossing)
        assert world.network.sent_bytes(node) == pytest.approx(carried, rel=1e-9, abs=1e-3)
        assert world.network.received_bytes(node) == pytest.approx(carried, rel=1e-9, abs=1e-3)
        assert world.network.send_bits_per_second(node) == pytest.approx(8 * rate, rel=1e-9, abs=1e-3)
        assert rate <= GIGABYTE_PER_SECOND * (1 + 1e-9)
    assert world.network.connections == sum(connection.active for connection, _, _ in connections)


def _check_shares(connections: list[tuple[Connection, str, str]]) -> None:
    """Rates that followed every coming and going are those worked out anew for all connections at once."""
    active = [item for item in connections if item[0].active]
    demands = [Demand(_links(client, server), 1, connection.bundle.demand) for connection, client, server in active]
    links = {link for demand in demands for link in demand.links}
    expected = max_min_rates(demands, dict.fromkeys(links, GIGABYTE_PER_SECOND))
    assert [connection.bytes_per_second for connection, _, _ in active] == pytest.approx(expected)


def _links(client: str, server: str) -> tuple[str, ...]:
    return () if client == server else (f"{client}>", f">{server}", f"{server}>", f">{client}")
