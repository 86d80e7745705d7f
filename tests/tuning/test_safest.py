from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from plimsoll.campaign.notebook import Notebook, remembered
from plimsoll.errors import RunError
from plimsoll.tuning import wording
from plimsoll.tuning.document import safest_document
from plimsoll.tuning.judging import Judged
from plimsoll.tuning.knob import Knob
from plimsoll.tuning.safest import Demands, find_safest
from plimsoll.tuning.wishes import knob_of, parse_wish
from tests.tuning.fakes import FormulaCrew, LosingCrew, settings, tiny

QPS = "kubelet.kubeAPIQPS"


def qps_knob(values: str = "5:100:5") -> Knob:
    return knob_of(parse_wish(f"{QPS}={values}"), tiny())


def article(document: dict[str, Any], seed: int) -> float:
    """25 requests a second are enough; with seed 3, 30."""
    return 10.0 if settings(document)[QPS] >= (30 if seed == 3 else 25) else 6000.0


def test_the_lowest_value_holds_with_every_seed_and_the_chosen_one_has_the_margin() -> None:
    found = find_safest(tiny(), [qps_knob()], Demands(seeds=3, width=2), FormulaCrew(article))
    assert found.lowest is not None
    assert found.chosen is not None
    assert found.changes(found.lowest) == {QPS: 30, "kubelet.kubeAPIBurst": 60}
    assert found.changes(found.chosen) == {QPS: 60, "kubelet.kubeAPIBurst": 120}


def test_the_chosen_value_is_tried_with_seeds_that_the_search_has_not_seen() -> None:
    crew = FormulaCrew(article)
    found = find_safest(tiny(), [qps_knob()], Demands(seeds=2, first_seed=7), crew)
    assert (found.seeds, found.fresh_seeds) == ((7, 8), (9, 10))
    assert {trial.seed for trial in crew.trials if settings(dict(trial.scenario))[QPS] == 50} >= {9, 10}


def test_a_margin_that_fails_with_fresh_seeds_is_widened() -> None:
    def late(document: dict[str, Any], seed: int) -> float:
        return 10.0 if settings(document)[QPS] >= (25 if seed < 3 else 70) else 6000.0

    found = find_safest(tiny(), [qps_knob()], Demands(seeds=2), FormulaCrew(late))
    assert found.chosen is not None
    assert found.changes(found.chosen)[QPS] == 70


def test_nothing_is_chosen_where_not_even_the_safest_value_holds() -> None:
    found = find_safest(tiny(), [qps_knob()], Demands(), FormulaCrew(lambda *_: 6000.0))
    assert (found.lowest, found.chosen) == (None, None)
    assert list(wording.answer(found)) == ["No value holds: not even the safest of the range, and so none less safe."]


def test_two_knobs_are_lowered_one_after_the_other() -> None:
    def both(document: dict[str, Any], _: int) -> float:
        values = settings(document)
        return 10.0 if values[QPS] >= 20 and values["runtime.parallelism"] >= 4 else 100.0

    knobs = [qps_knob(), knob_of(parse_wish("runtime.parallelism=1:10"), tiny())]
    found = find_safest(tiny(), knobs, Demands(seeds=1, margin=1), FormulaCrew(both))
    assert found.lowest is not None
    assert found.changes(found.lowest) == {QPS: 20, "kubelet.kubeAPIBurst": 40, "runtime.parallelism": 4}


def test_where_a_safer_value_fails_the_search_says_so_and_answers_with_one_that_holds() -> None:
    def hole(document: dict[str, Any], _: int) -> float:
        return 10.0 if settings(document)[QPS] >= 10 and settings(document)[QPS] != 55 else 6000.0

    found = find_safest(tiny(), [qps_knob()], Demands(seeds=1, margin=1), FormulaCrew(hole))
    assert found.lowest is not None
    assert found.changes(found.lowest)[QPS] == 10
    (caveat, *_) = wording.caveats(found)
    assert caveat.startswith("Safer is not always safer here: with seed 1, kubelet.kubeAPIQPS=10")


def test_a_search_that_was_stopped_goes_on_without_doing_any_trial_twice(tmp_path: Path) -> None:
    crew = FormulaCrew(article)

    def stop(_: Judged) -> None:
        if len(crew.trials) == 5:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        find_safest(tiny(), [qps_knob()], Demands(), remembered(Notebook(tmp_path), crew), stop)
    again = find_safest(tiny(), [qps_knob()], Demands(), remembered(Notebook(tmp_path), crew))
    keys = [trial.key for trial in crew.trials]
    assert len(keys) == len(set(keys))
    assert safest_document(again) == safest_document(find_safest(tiny(), [qps_knob()], Demands(), FormulaCrew(article)))


def test_a_trial_that_nobody_could_make_ends_the_search() -> None:
    with pytest.raises(RunError, match="its process ended 3 times"):
        find_safest(tiny(), [qps_knob()], Demands(), LosingCrew(article))


def test_the_optimiser_finds_a_hole_that_bisection_would_not_look_into() -> None:
    pytest.importorskip("optuna")

    def island(document: dict[str, Any], _: int) -> float:
        return 10.0 if settings(document)[QPS] in {15, 20, 90, 95, 100} else 600.0

    demands = Demands(seeds=1, margin=1, optimise=True)
    found = find_safest(tiny(), [qps_knob()], demands, FormulaCrew(island))
    assert found.lowest is not None
    assert found.changes(found.lowest)[QPS] == 15


def test_rows_say_what_missed_by_how_much() -> None:
    found = find_safest(tiny(), [qps_knob("15,25,50")], Demands(seeds=1), FormulaCrew(article))
    assert list(wording.tried(found)) == [
        (
            "kubelet.kubeAPIQPS=15 kubelet.kubeAPIBurst=30",
            "1",
            "fails: podRunning.p99 is 100 min, and was to be <= 60s",
        ),
        ("kubelet.kubeAPIQPS=25 kubelet.kubeAPIBurst=50", "1", "holds"),
        ("kubelet.kubeAPIQPS=50 kubelet.kubeAPIBurst=100", "1, 2", "holds"),
    ]
