"""``plimsoll claims`` as a user types it, without the minutes that its runs take."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from plimsoll.campaign.trial import TrialResult
from plimsoll.claims import evaluation
from plimsoll.claims.claim import Check, Claim, Result
from plimsoll.cli import main

Captured = pytest.CaptureFixture[str]


@pytest.fixture
def measured(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """Every check measures this value; how evaluation was asked is kept."""
    asked: dict[str, Any] = {"value": 1.0}

    def evaluate(claims: Sequence[Claim], **how: Any) -> list[Result]:
        asked.update(how, claims=[claim.id for claim in claims])
        result = TrialResult("key", "pass", "", {}, (), (), None, 0.0, 1.25, "")
        how["on_run"]("openshift/one-namespace", result, 1, 2)
        check = Check("pods", "1", "", lambda _: 0.0, at_least=1, at_most=2, note="a note")
        return [Result(claim, check, asked["value"]) for claim in claims]

    monkeypatch.setattr(evaluation, "evaluate", evaluate)
    return asked


def test_claims_that_hold_end_with_0_and_progress_goes_to_standard_error(
    measured: dict[str, Any], tmp_path: Path, capsys: Captured
) -> None:
    assert main(["claims", "r1", "R2", "--seed", "4", "--runs-directory", str(tmp_path)]) == 0
    assert (measured["claims"], measured["seed"]) == (["R1", "R2"], 4)
    assert measured["crew"]._runs_directory == tmp_path
    captured = capsys.readouterr()
    assert "holds" in captured.out
    assert "a note" in captured.out
    assert captured.err == "[1/2] openshift/one-namespace (1.2 s)\n"


def test_a_claim_that_differs_ends_with_1(measured: dict[str, Any], capsys: Captured) -> None:
    measured["value"] = 5.0
    assert main(["claims", "R1"]) == 1
    assert "differs" in capsys.readouterr().out


@pytest.mark.usefixtures("measured")
def test_json_is_one_document(capsys: Captured) -> None:
    main(["claims", "R1", "--output", "json"])
    (check,) = json.loads(capsys.readouterr().out)["checks"]
    assert (check["claim"], check["value"], check["verdict"]) == ("R1", 1.0, "holds")


@pytest.mark.usefixtures("measured")
def test_markdown_is_for_the_documentation(capsys: Captured) -> None:
    main(["claims", "R1", "--output", "markdown"])
    assert capsys.readouterr().out.startswith("| Id | What |")


def test_the_list_runs_nothing(capsys: Captured) -> None:
    assert main(["claims", "--list"]) == 0
    assert "openshift/500-pods-per-node" in capsys.readouterr().out
    assert main(["claims", "r5", "--list", "--output", "json"]) == 0
    assert [claim["id"] for claim in json.loads(capsys.readouterr().out)["claims"]] == ["R5"]


def test_an_unknown_claim_ends_with_2(capsys: Captured) -> None:
    assert main(["claims", "R1", "R99"]) == 2
    assert capsys.readouterr().err.startswith("plimsoll: R99: there is no such claim. The claims are R1, ")
