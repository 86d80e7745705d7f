"""Sweeps: their points, their scenarios, and what is wrong with them."""

from __future__ import annotations

from pathlib import Path

import pytest

from plimsoll.errors import InputError
from plimsoll.scenario import gallery
from plimsoll.scenario.loading import load_scenario
from plimsoll.scenario.parameters import get
from plimsoll.scenario.sweep import load_sweep, parse_sweep

INLINE = """\
scenario:
  cluster: {nodes: 2}
  load: {jobs: [{name: a, namespaces: 4, objects: [{kind: Pod}]}]}
set: {kubelet.maxPods: 300}
vary:
  nodes: [1, 2]
  podsPerNode: [10, 20, 30]
"""


def test_every_combination_is_a_point_and_the_last_parameter_changes_fastest() -> None:
    points = parse_sweep(INLINE, "mine.sweep.yaml").sweep.points

    assert points[:4] == (
        {"nodes": 1, "podsPerNode": 10},
        {"nodes": 1, "podsPerNode": 20},
        {"nodes": 1, "podsPerNode": 30},
        {"nodes": 2, "podsPerNode": 10},
    )
    assert len(points) == 6


def test_a_point_is_the_scenario_with_its_values_and_those_that_are_set() -> None:
    loaded = parse_sweep(INLINE, "mine.sweep.yaml")
    scenario = loaded.scenario_at(loaded.sweep.points[-1])

    assert [get(scenario, name) for name in ("nodes", "podsPerNode", "namespaces", "kubelet.maxPods")] == [
        2,
        30,
        60,
        300,
    ]
    assert (loaded.sweep.name, scenario.name) == ("mine", "mine")


def test_a_scenario_is_a_sweep_of_one_point() -> None:
    loaded = load_sweep("quickstart")

    assert loaded.sweep.points == ({},)
    assert loaded.scenario_at({}) == load_scenario("quickstart").scenario


def test_a_sweep_names_a_scenario_beside_it(tmp_path: Path) -> None:
    (tmp_path / "base.yaml").write_text("cluster: {nodes: 1}\nload: {jobs: [{name: a, objects: [{kind: Pod}]}]}\n")
    sweep = tmp_path / "mine.sweep.yaml"
    sweep.write_text("scenario: base.yaml\nvary: {nodes: [5]}\n")
    loaded = load_sweep(sweep)

    assert loaded.scenario_at({"nodes": 5}).cluster.nodes == 5


def test_what_is_varied_otherwise_replaces_what_was_set() -> None:
    loaded = parse_sweep(INLINE, "mine.sweep.yaml").varying("kubelet.maxPods", (100, 200))

    assert loaded.sweep.set == {}
    assert len(loaded.sweep.points) == 12


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("vary: {nodes: [1]}", "a sweep varies a scenario"),
        ("scenario: openshift/500-pods\nvary: {nodes: [1]}", "there is neither such a file"),
        (f"{INLINE}  namespaces: []\n", "namespaces has no values to take"),
        (
            f"{INLINE}find: {{parameter: nodes, atLeast: 5, atMost: 2}}",
            "mine.yaml:8: find: atLeast is more than atMost",
        ),
        (INLINE.replace("nodes: 2", "nodes: two", 1), "mine.yaml:2: cluster.nodes"),
        (f"{INLINE}shw: []", "shw"),
        (f"{INLINE}  namespaces: {list(range(3000))}\n", "18,000 combinations"),
    ],
)
def test_what_is_wrong_is_said_with_its_place(text: str, problem: str) -> None:
    with pytest.raises(InputError, match=problem):
        parse_sweep(text, "mine.yaml")


def test_running_a_sweep_as_if_it_were_a_scenario_says_which_command_does() -> None:
    with pytest.raises(InputError, match=f"plimsoll sweep {gallery.sweeps()[0]}"):
        load_scenario(gallery.sweeps()[0])


@pytest.mark.parametrize("name", gallery.sweeps())
def test_every_point_of_a_shipped_sweep_is_a_scenario(name: str) -> None:
    loaded = load_sweep(name)

    assert loaded.sweep.description
    for point in loaded.sweep.points:
        assert loaded.scenario_at(point).expect
