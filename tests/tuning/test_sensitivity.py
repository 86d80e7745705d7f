from __future__ import annotations

from typing import Any

from plimsoll.simcluster.profile import Knowledge, load_profile
from plimsoll.tuning import sensitivity_wording
from plimsoll.tuning.participation import takes_part
from plimsoll.tuning.sensitivity import TRAJECTORIES, assess
from tests.tuning.fakes import FormulaCrew, settings, tiny

SANDBOX = "runtime.sandboxSeconds"
GUESSED = {c.name: c for c in load_profile("openshift-4.2").constants if c.status is Knowledge.GUESSED}


def by_the_sandbox(document: dict[str, Any], _: int) -> float:
    """40 s, proportional to the time that a sandbox takes."""
    given = settings(document).get(SANDBOX, GUESSED[SANDBOX].value)
    return float(40.0 * given / GUESSED[SANDBOX].value)


def test_the_guesses_of_a_component_are_halved_and_doubled_together() -> None:
    crew = FormulaCrew(by_the_sandbox)
    found = assess(tiny(), seed=1, crew=crew)
    (runtime,) = (each for each in found.reactions if each.guesses.name == "runtime")
    assert (found.value(runtime.low), found.value(found.base), found.value(runtime.high)) == (20.0, 40.0, 80.0)
    assert len(crew.trials) == 1 + 2 * len(found.reactions)


def test_what_changes_the_verdict_moves_the_answer_and_nothing_else_does() -> None:
    found = assess(tiny(), seed=1, crew=FormulaCrew(by_the_sandbox))
    assert [each.guesses.name for each in found.moving] == ["runtime"]
    assert "The answer rests on guesses: it is another one with runtime." in list(sensitivity_wording.summary(found))


def test_only_components_that_take_part_are_varied_and_the_others_are_named() -> None:
    found = assess(tiny(), seed=1, crew=FormulaCrew(by_the_sandbox))
    varied = {constant.name for each in found.reactions for constant in each.guesses.constants}
    assert not any(name.startswith(("dns.", "database.")) for name in varied)
    assert varied | {each.name for each in (*found.idle, *found.unvaried)} == set(GUESSED)


def test_the_thorough_way_ranks_each_constant_by_what_it_moves() -> None:
    crew = FormulaCrew(by_the_sandbox)
    found = assess(tiny(), seed=1, crew=crew, thorough=True)
    first, *others = found.effects
    assert first.constant.name == SANDBOX
    assert 20 <= first.mean <= 40
    assert all(effect.mean == 0 for effect in others)
    assert len(found.effects) == len(found.reactions)
    assert len(crew.trials) <= 1 + 2 * len(found.reactions) + TRAJECTORIES * (len(found.reactions) + 1)


def test_a_setting_of_ones_own_is_no_guess() -> None:
    loaded = tiny()
    cluster = loaded.scenario.cluster.model_copy(update={"settings": {SANDBOX: 0.4}})
    object.__setattr__(loaded, "scenario", loaded.scenario.model_copy(update={"cluster": cluster}))
    found = assess(loaded, seed=1, crew=FormulaCrew(by_the_sandbox))
    assert SANDBOX not in {constant.name for each in found.reactions for constant in each.guesses.constants}


def test_components_that_only_write_things_down_take_no_part() -> None:
    profile = load_profile("openshift-4.2")
    assert not takes_part(tiny().scenario, profile, "logging")
    assert takes_part(tiny().scenario, profile, "kubelet")
