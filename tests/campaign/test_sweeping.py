"""A sweep carried out: points in their order, judged over their seeds."""

from __future__ import annotations

import pytest

from plimsoll.campaign.crew import SerialCrew
from plimsoll.campaign.sweeping import columns, spelled, sweep
from plimsoll.errors import InputError
from plimsoll.scenario.sweep import LoadedSweep, parse_sweep
from plimsoll.simcluster.profile import ProfileError

TEXT = """\
scenario:
  cluster: {profile: openshift-4.2, nodes: 1}
  load: {jobs: [{name: a, namespaces: 2, objects: [{kind: Pod}]}]}
  expect: [podRunning.p99 <= 20s]
vary:
  kubelet.kubeAPIQPS: [5, 50]
  podsPerNode: [5, 100]
"""


def loaded(text: str = TEXT) -> LoadedSweep:
    return parse_sweep(text, "test.yaml")


def test_points_come_in_their_order_with_what_each_seed_gave() -> None:
    with SerialCrew() as crew:
        points = sweep(loaded(), crew, seeds=2)

    assert [spelled(point.values) for point in points][:2] == [
        "kubelet.kubeAPIQPS=5 podsPerNode=5",
        "kubelet.kubeAPIQPS=5 podsPerNode=100",
    ]
    assert [point.verdict for point in points] == ["pass", "fail", "pass", "pass"]
    assert points[1].missed == ("podRunning.p99 <= 20s",)
    assert len(points[1].metric("podRunning.p99")) == 2
    assert points[1].metric("no.such.metric") == ()


def test_a_point_that_cannot_be_run_says_why() -> None:
    with SerialCrew() as crew:
        (_, point) = sweep(loaded().varying("podsPerNode", (5, 500)).varying("kubelet.kubeAPIQPS", (50,)), crew)

    assert point.verdict == "impossible"
    assert "500 pods do not fit" in point.problem


def test_every_result_is_heard_of_and_trials_that_are_the_same_are_made_once() -> None:
    heard: list[tuple[str, int, int]] = []
    with SerialCrew() as crew:
        points = sweep(
            loaded().varying("podsPerNode", (5, 5)).varying("kubelet.kubeAPIQPS", (50,)),
            crew,
            on_result=lambda trial, _result, done, of: heard.append((trial.label, done, of)),
        )

    assert heard == [("kubelet.kubeAPIQPS=50 podsPerNode=5", 1, 1)]
    assert len(points) == 2


@pytest.mark.parametrize(
    ("name", "value", "error"), [("kubelet.kubeApiQps", 5, ProfileError), ("podsPerNod", 5, InputError)]
)
def test_a_parameter_that_does_not_exist_is_found_before_anything_is_run(
    name: str, value: int, error: type[Exception]
) -> None:
    with SerialCrew() as crew, pytest.raises(error, match=name):
        sweep(loaded().varying(name, (value,)), crew, on_result=lambda *_: pytest.fail("something was run"))


def test_the_columns_are_those_of_the_sweep_or_else_of_the_objectives() -> None:
    assert columns(loaded())[0] == "podRunning.p99"
    assert columns(loaded(f"{TEXT}show: [run.seconds]")) == ("run.seconds",)
