from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plimsoll.kube.resources import Object
from plimsoll.simcluster.kubelet.commands import FOREVER, Program, image_is_missing, program_of


def pod(annotations: dict[str, str] | None = None, owner: str = "") -> Object:
    owners = [{"kind": owner, "uid": "u", "name": "n", "controller": True}] if owner else []
    return {"metadata": {"annotations": annotations or {}, "ownerReferences": owners}}


@pytest.mark.parametrize(
    ("command", "program"),
    [
        (["true"], Program(0.0, 0)),
        (["/bin/false"], Program(0.0, 1)),
        (["sleep", "30"], Program(30.0, 0)),
        (["sleep", "2m"], Program(120.0, 0)),
        (["sleep", "infinity"], FOREVER),
        (["sh", "-c", "exit 3"], Program(0.0, 3)),
        (["sh", "-c", "echo hi; sleep 5 && exit 2"], Program(5.0, 2, ((0.0, "hi"),))),
        (["sh", "-c", "false && sleep 5"], Program(0.0, 1)),
        (["sh", "-c", "false || sleep 5"], Program(5.0, 0)),
        (["bash", "-ec", "sleep 1\nexit 1\nsleep 9"], Program(1.0, 1)),
        (["sh", "-c", "while true; do date; done"], FOREVER),
        (["nginx", "-g", "daemon off;"], FOREVER),
        ([], FOREVER),
    ],
)
def test_a_command_says_how_long_it_runs_and_how_it_ends(command: list[str], program: Program) -> None:
    assert program_of(pod(), {"command": command}, init=False) == program


def test_a_jobs_pod_and_an_init_container_end_also_where_nobody_knows_what_they_do() -> None:
    assert program_of(pod(owner="Job"), {"command": ["perl"]}, init=False).exit_code == 0
    assert program_of(pod(owner="Job"), {"command": ["perl"]}, init=False).seconds is not None
    assert program_of(pod(), {"command": ["migrate"]}, init=True).seconds is not None
    assert program_of(pod(), {"command": ["proxy"], "restartPolicy": "Always"}, init=True) == FOREVER


@pytest.mark.parametrize(
    ("annotations", "program"),
    [
        ({"plimsoll.dev/run-seconds": "7"}, Program(7.0, 0)),
        ({"plimsoll.dev/run-seconds": "7", "plimsoll.dev/exit-code": "9"}, Program(7.0, 9)),
        ({"pod-complete.stage.kwok.x-k8s.io/delay": "30s"}, Program(30.0, 0)),
    ],
)
def test_annotations_come_before_commands(annotations: dict[str, str], program: Program) -> None:
    assert program_of(pod(annotations), {"command": ["sleep", "1"]}, init=False) == program


def test_images_of_registries_that_cannot_exist_are_not_to_be_had() -> None:
    assert image_is_missing(pod(), "registry.invalid:5000/app:1")
    assert image_is_missing(pod({"plimsoll.dev/image-pull": "fail"}), "nginx")
    assert not image_is_missing(pod(), "nginx")
    assert not image_is_missing(pod(), "docker.io/invalid/app")


@given(st.text(), st.lists(st.text(), max_size=3))
def test_any_command_and_any_annotation_is_read_without_a_fault(text: str, words: list[str]) -> None:
    annotated: Any = pod({"plimsoll.dev/run-seconds": text, "plimsoll.dev/exit-code": text})

    program_of(annotated, {}, init=False)
    program_of(pod(), {"command": words}, init=False)
    program_of(pod(), {"command": ["sh", "-c", text]}, init=False)
