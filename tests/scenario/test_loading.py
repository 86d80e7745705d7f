from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from plimsoll.errors import InputError
from plimsoll.scenario import gallery
from plimsoll.scenario.documents import MAX_BYTES
from plimsoll.scenario.loading import load_scenario, parse_scenario
from plimsoll.scenario.model import Scenario
from tests.strategies import scenario_fields, scenarios

SMALL = """\
cluster:
  nodes: 2
load:
  jobs:
  - name: job
    objects:
    - {kind: Pod, name: web}
"""


def complaint(reference: str | Path) -> str:
    with pytest.raises(InputError) as caught:
        load_scenario(reference)
    return str(caught.value)


def test_a_file_is_loaded_by_its_path(tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text(SMALL)
    loaded = load_scenario(path)

    assert loaded.scenario.name == "mine"
    assert loaded.scenario.cluster.nodes == 2
    assert str(loaded.place(("cluster", "nodes"))) == f"{path}:2: cluster.nodes"


def test_the_place_of_what_is_not_written_is_what_holds_it() -> None:
    place = parse_scenario(SMALL, "f.yaml").place(("load", "jobs", 0, "wait", "timeout"))

    assert str(place) == "f.yaml:5: load.jobs[0].wait.timeout"


def test_a_key_with_dots_has_a_place() -> None:
    loaded = parse_scenario(SMALL.replace("nodes: 2", "nodes: 2\n  settings:\n    kubelet.maxPods: 500"), "f.yaml")

    assert (
        str(loaded.place(("cluster", "settings", "kubelet.maxPods"))) == 'f.yaml:4: cluster.settings["kubelet.maxPods"]'
    )


def test_a_byte_order_mark_is_no_part_of_the_text(tmp_path: Path) -> None:
    path = tmp_path / "marked.yaml"
    path.write_bytes(b"\xef\xbb\xbf" + SMALL.encode())

    assert load_scenario(path).scenario.cluster.nodes == 2


@pytest.mark.parametrize("name", gallery.names())
def test_the_gallery_is_valid_and_named_and_described(name: str) -> None:
    scenario = load_scenario(name).scenario

    assert scenario.name == name
    assert scenario.description
    assert scenario.expect


def test_a_missing_file_is_answered_with_the_nearest_names(tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").write_text(SMALL)

    assert "mine.yaml" in complaint(tmp_path / "mnie.yaml")
    assert "Did you mean openshift/500-pods-per-node" in complaint("openshift/500-pod-per-node")


def test_a_folder_is_no_scenario(tmp_path: Path) -> None:
    assert "cannot be read: Is a directory" in complaint(tmp_path)


def test_a_name_that_no_file_can_have_is_refused() -> None:
    assert "cannot be read" in complaint("a\0b")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_an_unreadable_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "closed.yaml"
    path.write_text(SMALL)
    path.chmod(0)

    assert "Permission denied" in complaint(path)


def test_a_huge_file_is_refused_without_being_read(tmp_path: Path) -> None:
    path = tmp_path / "huge.yaml"
    with path.open("wb") as file:
        file.truncate(10**12)  # a hole, which takes no room; reading it would

    assert f"larger than {MAX_BYTES // 1024**2} MiB" in complaint(path)


def test_the_largest_file_allowed_is_answered_in_moderate_time(tmp_path: Path) -> None:
    path = tmp_path / "long.yaml"
    path.write_text("x: [" + "1, " * (MAX_BYTES // 4) + "]\n")

    assert "values" in complaint(path)


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"", "the file is empty"),
        (b"\xff\xfe\x00a", "byte 0 is not UTF-8"),
        (b"a: 1\nb: \xff", ":2: byte 8 is not UTF-8"),
        (b"\x7fELF\x02\x01\x01\x00", "control character"),
        (b"- a\n- b", "a scenario is a mapping"),
        (b"just words", "a scenario is a mapping"),
        (b"a: b: c", "this is not YAML"),
        (b"{}", "the field 'cluster' is missing"),
    ],
)
def test_files_that_are_no_scenarios_are_named(tmp_path: Path, content: bytes, problem: str) -> None:
    path = tmp_path / "bad.yaml"
    path.write_bytes(content)

    assert str(path) in complaint(path)
    assert problem in complaint(path)


def test_a_duplicate_key_deep_inside_names_both_lines() -> None:
    with pytest.raises(InputError, match=r"f\.yaml:8: the key 'kind' stands here and on line 7"):
        parse_scenario(SMALL.replace("{kind: Pod, name: web}", "kind: Pod\n      kind: Secret"), "f.yaml")


@given(scenario_fields())
def test_generated_scenarios_are_valid(fields: dict[str, Any]) -> None:
    assert parse_scenario(json.dumps(fields), "generated.yaml").scenario == Scenario.model_validate(fields)


@given(scenarios())
def test_a_scenario_that_is_written_out_is_read_back_the_same(scenario: Scenario) -> None:
    written = scenario.model_dump_json(by_alias=True)

    assert parse_scenario(written, "again.yaml").scenario == scenario
    assert parse_scenario(written, "again.yaml").scenario.model_dump_json(by_alias=True) == written


@pytest.mark.parametrize("name", gallery.names())
def test_the_gallery_is_read_back_from_what_the_archive_keeps(name: str) -> None:
    scenario = load_scenario(name).scenario

    assert parse_scenario(scenario.model_dump_json(by_alias=True), "scenario.json").scenario == scenario


_json = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 2**70) | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["cluster", "load", "jobs", "nodes", "objects", "kind", "pod", "pace", "name"]),
            inner,
            max_size=4,
        )
    ),
    max_leaves=15,
)


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(_json, _json)
def test_nonsense_is_always_answered_with_complaints(cluster: object, load: object) -> None:
    with pytest.raises(InputError) as caught:
        parse_scenario(json.dumps({"cluster": cluster, "load": load, "surprise": 1}, ensure_ascii=False), "f.yaml")

    assert all(complaint.problem for complaint in caught.value.complaints)
