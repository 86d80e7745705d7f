from __future__ import annotations

import json

import pytest

from plimsoll.cli.entry import main
from plimsoll.scenario import gallery


def test_the_list_names_every_scenario_and_every_sweep_of_the_gallery(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["examples"]) == 0

    lines = capsys.readouterr().out.splitlines()
    known = (*gallery.names(), *gallery.sweeps())
    assert [line for line in lines if line in known] == list(known)


def test_the_list_as_json_says_how_large_each_is(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["examples", "--output", "json"]) == 0

    entries = {entry["name"]: entry for entry in json.loads(capsys.readouterr().out)}
    assert set(entries) == set(gallery.names())
    assert entries["openshift/500-pods-per-node"]["pods"] == 50_000
    assert entries["openshift/500-pods-per-node"]["nodes"] == 100


def test_one_scenario_is_printed_as_it_is_written(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["examples", "quickstart"]) == 0

    assert capsys.readouterr().out == gallery.read("quickstart")


def test_one_scenario_as_json_is_complete(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["examples", "quickstart", "--output", "json"]) == 0

    assert json.loads(capsys.readouterr().out)["measure"] == {"interval": "10s"}


def test_a_sweep_is_printed_as_it_is_written(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["examples", "future/f1-more-pods"]) == 0
    assert capsys.readouterr().out == gallery.read_sweep("future/f1-more-pods")

    assert main(["examples", "future/f1-more-pods", "--output", "json"]) == 0
    assert json.loads(capsys.readouterr().out)["vary"] == {"podsPerNode": [250, 500, 1000, 1500, 2000]}


def test_an_unknown_scenario_is_answered_with_the_nearest(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["examples", "quikstart"]) == 2

    assert "Did you mean quickstart?" in capsys.readouterr().err
