"""What makes two trials the same, and results on their way through a file."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

import plimsoll.campaign.trial
from plimsoll.campaign.performing import perform
from plimsoll.campaign.trial import Trial, TrialResult
from plimsoll.scenario import gallery
from plimsoll.scenario.loading import load_scenario, scenario_of
from plimsoll.simcluster.profile import ProfileError
from tests.campaign.trials import impossible_trial, small_scenario, small_trial


def with_profile(profile: str) -> Trial:
    document = small_scenario().model_dump(mode="json", by_alias=True)
    document["cluster"] = {**document["cluster"], "profile": profile, "settings": {}}
    return Trial(document, 1)


def test_the_same_scenario_and_seed_are_the_same_trial_whatever_it_is_called() -> None:
    assert replace(small_trial(), label="another") == small_trial()


@pytest.mark.parametrize("other", [small_trial(seed=2), small_trial(namespaces=6), small_trial(qps=6)])
def test_another_seed_or_scenario_is_another_trial(other: Trial) -> None:
    assert other.key != small_trial().key


def test_another_version_of_plimsoll_is_another_trial(monkeypatch: pytest.MonkeyPatch) -> None:
    before = small_trial().key
    monkeypatch.setattr(plimsoll.campaign.trial, "__version__", "another")

    assert small_trial().key != before


def test_a_profile_of_ones_own_counts_by_its_content(tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"

    def key(qps: int) -> str:
        entry = f"{{value: {qps}, status: guessed, source: a test}}"
        path.write_text(f"name: mine\nextends: openshift-4.2\nsettings: {{kubelet: {{kubeAPIQPS: {entry}}}}}\n")
        return with_profile(str(path)).key

    assert key(5) == key(5)
    assert key(5) != key(6)


def test_a_profile_that_does_not_exist_makes_no_trial() -> None:
    with pytest.raises(ProfileError, match="there is no such profile"):
        with_profile("openshift-5")


@pytest.mark.parametrize("name", gallery.names())
def test_the_document_of_every_scenario_is_read_back_as_the_scenario(name: str) -> None:
    scenario = load_scenario(name).scenario

    assert scenario_of(Trial.of(scenario, 1).scenario, name).scenario == scenario


@pytest.mark.parametrize("trial", [small_trial(), impossible_trial()], ids=["run", "impossible"])
def test_a_result_comes_back_from_a_file_as_it_was(trial: Trial) -> None:
    result = perform(trial)

    assert TrialResult.from_json(json.loads(json.dumps(result.as_json()))) == result


def test_a_result_has_the_numbers_and_objectives_of_its_run() -> None:
    result = perform(small_trial())

    assert result.verdict == "pass"
    assert result.passed
    assert result.metrics["pods.running"] == 5
    assert [(judgement.expression, judgement.met) for judgement in result.objectives] == [
        ("pods.running == 100%", True)
    ]
    assert result.directory is None


def test_a_result_names_what_a_diagnosis_found() -> None:
    assert perform(small_trial(3)).findings == ()
    assert "PLM111" in perform(small_trial(150)).findings  # statuses wait for each other
