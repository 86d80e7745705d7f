from __future__ import annotations

from typing import Any

import pytest

from plimsoll.errors import InputError
from plimsoll.tuning import frontier_wording
from plimsoll.tuning.document import frontier_document
from plimsoll.tuning.frontier import Axis, Frontier, Survey, check_axes, find_frontier
from plimsoll.tuning.wishes import load_of, parse_wish
from tests.tuning.fakes import FormulaCrew, settings, tiny


def until_full(document: dict[str, Any], _: int) -> float:
    """The more nodes, the fewer pods each: 40 pods on one node, 20 on two, 10 on four."""
    namespaces = document["load"]["jobs"][0]["namespaces"]["count"]
    return 10.0 if namespaces <= 40 else 100.0


def survey(**how: Any) -> Survey:
    return Survey(load_of(parse_wish("podsPerNode=5:50:5", "--find"), tiny()), (Axis("nodes", (1, 2, 4)),), **how)


def found(crew: FormulaCrew | None = None) -> Frontier:
    return find_frontier(tiny(), survey(), crew or FormulaCrew(until_full))


def test_the_frontier_has_the_largest_load_at_each_point() -> None:
    assert [(dict(limit.at), limit.largest) for limit in found().limits] == [
        ({"nodes": 1}, 40),
        ({"nodes": 2}, 20),
        ({"nodes": 4}, 10),
    ]


def test_each_limit_knows_what_the_next_larger_load_runs_into() -> None:
    frontier = found()
    assert [frontier_wording.reason(frontier, limit) for limit in frontier.limits] == [
        f"{load} fails: podRunning.p99 is 100 s, and was to be <= 60s" for load in (45, 25, 15)
    ]


def test_a_neighbour_with_the_same_limit_takes_two_trials() -> None:
    crew = FormulaCrew(lambda document, _: 10.0 if document["load"]["jobs"][0]["namespaces"]["count"] <= 40 else 99.0)
    axes = (Axis("kubelet.kubeAPIQPS", (5, 10, 20)),)
    knob = load_of(parse_wish("namespaces=5:100:5", "--find"), tiny())
    frontier = find_frontier(tiny(), Survey(knob, axes), crew)
    assert [len(limit.judged) for limit in frontier.limits[1:]] == [2, 2]
    assert {limit.largest for limit in frontier.limits} == {40}


def test_with_several_axes_every_combination_is_a_point_and_a_curve_runs_along_the_first() -> None:
    knob = load_of(parse_wish("namespaces=5:100:5", "--find"), tiny())
    axes = (Axis("nodes", (1, 2)), Axis("kubelet.kubeAPIQPS", (5, 10)))

    def seconds(document: dict[str, Any], _: int) -> float:
        room = document["cluster"]["nodes"] * settings(document)["kubelet.kubeAPIQPS"] * 4
        return 10.0 if document["load"]["jobs"][0]["namespaces"]["count"] <= room else 99.0

    frontier = find_frontier(tiny(), Survey(knob, axes), FormulaCrew(seconds))
    assert list(frontier.curves()) == [
        ("kubelet.kubeAPIQPS=5", [(1, 20), (2, 40)]),
        ("kubelet.kubeAPIQPS=10", [(1, 40), (2, 80)]),
    ]


def test_where_the_range_ends_first_and_where_nothing_holds_is_said() -> None:
    easy = found(FormulaCrew(lambda *_: 1.0))
    hard = found(FormulaCrew(lambda *_: 99.0))
    assert {frontier_wording.largest(easy, limit) for limit in easy.limits} == {"≥ 50"}
    assert {frontier_wording.largest(hard, limit) for limit in hard.limits} == {"–"}
    assert (easy.holds_somewhere, hard.holds_somewhere) == (True, False)


def test_less_load_that_is_harder_is_said() -> None:
    def odd(document: dict[str, Any], _: int) -> float:
        return 99.0 if document["load"]["jobs"][0]["namespaces"]["count"] in {5, 45} else 1.0

    frontier = find_frontier(tiny(), Survey(survey().knob), FormulaCrew(odd))
    assert frontier_document(tiny().scenario, frontier)["limits"][0]["trials"]


def test_a_value_that_the_scenario_cannot_have_is_refused_before_any_run() -> None:
    with pytest.raises(InputError, match="--vary nodes"):
        check_axes(tiny(), [Axis("nodes", (1, 0))])


@pytest.mark.parametrize(("share", "bar"), [(0, ""), (1, "█" * 30), (0.5, "█" * 15), (1 / 240, "▏")])
def test_a_bar_is_drawn_to_an_eighth_of_a_cell(share: float, bar: str) -> None:
    assert frontier_wording.bar(share) == bar
