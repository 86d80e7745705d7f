"""The wishes nearest to one that cannot be had, each of which can."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

from plimsoll.planning.network import Network, choose_network
from plimsoll.planning.wish import Alternative, Wish


def nearest(wish: Wish) -> tuple[Alternative, ...]:
    """Every way to give up one thing only and as little of it as possible; several networks only if one is not enough."""
    networks = tuple(_other_networks(wish))
    return (*networks, *_fewer_nodes(wish), *_fewer_pods(wish))


def possible(wish: Wish) -> bool:
    """Whether the wish can be had."""
    return isinstance(choose_network(wish), Network)


def _other_networks(wish: Wish) -> Iterator[Alternative]:
    """Keep nodes and pods; let the plan choose one of the networks that were prescribed, or all of them."""
    prescribed = [
        name for name in ("host_prefix", "cluster_network", "service_network") if getattr(wish, name) is not None
    ]
    found = False
    for name in prescribed:
        for alternative in _freed(wish, (name,)):
            found = True
            yield alternative
    if not found and len(prescribed) > 1:
        yield from _freed(wish, tuple(prescribed))


def _freed(wish: Wish, names: tuple[str, ...]) -> Iterator[Alternative]:
    unset: dict[str, Any] = dict.fromkeys(names)
    network = choose_network(replace(wish, **unset))
    if isinstance(network, Network):
        chosen = {name: getattr(network, name) for name in names}
        change = ", ".join(f"--{name.replace('_', '-')} {value}" for name, value in chosen.items())
        yield Alternative(change, replace(wish, **chosen))


def _fewer_nodes(wish: Wish) -> Iterator[Alternative]:
    nodes = _largest(wish.nodes - 1, lambda count: possible(replace(wish, nodes=count)))
    if nodes:
        yield Alternative(f"at most {nodes:,} nodes of {wish.pods_per_node:,} pods", replace(wish, nodes=nodes))


def _fewer_pods(wish: Wish) -> Iterator[Alternative]:
    pods = _largest(wish.pods_per_node - 1, lambda count: possible(replace(wish, pods_per_node=count)))
    if pods:
        yield Alternative(f"at most {pods:,} pods on each of {wish.nodes:,} nodes", replace(wish, pods_per_node=pods))


def _largest(highest: int, holds: Callable[[int], bool]) -> int:
    """The largest count from 1 to ``highest`` that holds, where holding is monotone; 0 if none does."""
    low, high = 0, highest
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if holds(middle) else (low, middle - 1)
    return low
