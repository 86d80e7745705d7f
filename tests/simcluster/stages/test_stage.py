"""Stages as they are written: who is selected, how likely, when, and what is refused."""

from __future__ import annotations

from typing import Any

import pytest

from plimsoll.kernel import Streams
from plimsoll.kube.resources import Object
from plimsoll.simcluster.stages.stage import Delete, Event, Finalizers, Stage, Transition, choose, read_stage

TRANSITIONS = {"Pod": ("pod-ready", "pod-delete"), "Node": ("node-initialize",)}
POD: Object = {"metadata": {"name": "p", "labels": {"app": "web"}}, "status": {"phase": "Pending"}}


def stage(name: str = "mine", **spec: Any) -> Stage:
    return read_stage({"metadata": {"name": name}, "spec": {"resourceRef": {"kind": "Pod"}, **spec}}, TRANSITIONS)


def annotated(**annotations: str) -> Object:
    return {"metadata": {"annotations": {f"x/{name}": text for name, text in annotations.items()}}}


def test_the_actions_of_a_stage_come_in_their_order() -> None:
    following = {
        "event": {"type": "Normal", "reason": "Killing", "message": "bye"},
        "finalizers": {"empty": True, "add": [{"value": "a/b"}]},
        "delete": True,
        "statusTemplate": "never reached",
    }
    assert stage(next=following).actions == (
        Event("Normal", "Killing", "bye"),
        Finalizers(("a/b",), frozenset(), empty=True),
        Delete(),
    )
    steps = [{"patch": {"template": "phase: Running"}}, {"event": {"reason": "R", "message": "{{ .x }}"}}]
    assert stage("pod-ready", steps=steps).actions == (Transition("pod-ready"), Event("Normal", "R", ""))


@pytest.mark.parametrize(
    ("spec", "reason"),
    [
        ({"next": {"statusTemplate": "phase: Odd"}}, "has a template, and 'mine' is none"),
        ({"next": {"patches": [{"template": "x"}]}}, "has a template"),
        ({"next": {"event": {"message": "{{ .metadata.name }}"}}}, "its event has a template"),
        ({"steps": [{"apply": {"template": "x"}}]}, "applies an object"),
        ({"resourceRef": {"kind": "Deployment"}}, "'Deployment'; only stages for Node and Pod"),
        ({"selector": {"matchExpressions": [{"cel": {"expression": "true"}}]}}, "CEL"),
        ({"selector": {"matchExpressions": [{"key": ".a", "operator": "Gt"}]}}, "operator 'Gt'"),
        ({"weightFrom": {"jq": {"expression": ".a | length"}}}, "more than paths"),
        ({"delay": {"durationFrom": {"cel": {"expression": "1"}}}}, "CEL"),
    ],
)
def test_what_cannot_be_followed_is_refused_with_its_reason(spec: Any, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        stage(**spec)


def test_labels_annotations_and_queries_must_all_match() -> None:
    expressions = [
        {"key": ".status.phase", "operator": "In", "values": ["Pending"]},
        {"jq": {"key": ".metadata.deletionTimestamp", "operator": "DoesNotExist"}},
        {"key": ".metadata.name", "operator": "Exists"},
        {"key": ".status.phase", "operator": "NotIn", "values": ["Failed"]},
    ]
    selector = stage(selector={"matchLabels": {"app": "web"}, "matchExpressions": expressions}).selector
    assert selector.matches(POD)
    assert not selector.matches({**POD, "metadata": {"name": "p", "labels": {"app": "db"}}})
    assert not selector.matches({**POD, "status": {"phase": "Failed"}})
    assert not selector.matches({**POD, "metadata": {**POD["metadata"], "deletionTimestamp": "now"}})
    assert not stage(selector={"matchAnnotations": {"a": "b"}}).selector.matches(POD)


def test_the_delay_is_drawn_between_duration_and_jitter() -> None:
    random = Streams(1).stream("stages")
    delay = stage(delay={"durationMilliseconds": 1000, "jitterDurationMilliseconds": 5000}).delay
    draws = [delay.draw(POD, 0.0, random) for _ in range(200)]
    assert all(1.0 <= draw < 5.0 for draw in draws)
    assert max(draws) - min(draws) > 3.0
    less = stage(delay={"durationMilliseconds": 5000, "jitterDurationMilliseconds": 1000}).delay
    assert less.draw(POD, 0.0, random) == 1.0
    assert stage(delay={"durationMilliseconds": 300}).delay.draw(POD, 0.0, random) == 0.3
    assert stage().delay.draw(POD, 0.0, random) == 0.0


def test_annotations_may_say_the_delay_as_a_duration_or_as_a_time() -> None:
    random = Streams(1).stream("stages")
    source = {"durationFrom": {"jq": {"expression": '.metadata.annotations["x/delay"]'}}, "durationMilliseconds": 2000}
    delay = stage(delay=source).delay
    assert delay.draw(annotated(delay="1m30s"), 0.0, random) == 90.0
    assert delay.draw(annotated(delay="1970-01-01T00:00:10Z"), 4.0, random) == 6.0
    assert delay.draw(annotated(delay="1970-01-01T00:00:10Z"), 40.0, random) == 0.0
    assert delay.draw(annotated(delay="soon"), 0.0, random) == 2.0
    assert delay.draw(POD, 0.0, random) == 2.0


def test_of_several_stages_one_is_chosen_by_weight() -> None:
    random = Streams(1).stream("stages")
    heavy = stage("heavy", weight=9)
    light = stage("light", weight=1, weightFrom={"expressionFrom": '.metadata.annotations["x/weight"]'})
    drawn = [choose([heavy, light], POD, random) for _ in range(1000)]
    assert 50 < drawn.count(light) < 150
    assert choose([stage("never", weight=0), heavy], POD, random) is heavy
    assert {choose([heavy, light], annotated(weight="0"), random) for _ in range(50)} == {heavy}
    alike = [stage("a"), stage("b")]
    assert {choose(alike, POD, random) for _ in range(50)} == set(alike)
    assert choose([stage(selector={"matchLabels": {"app": "db"}})], POD, random) is None
