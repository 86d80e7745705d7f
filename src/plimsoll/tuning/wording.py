"""What searches say, in words: the outcome of a trial, the table of what was tried, the answer."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import TYPE_CHECKING

from plimsoll.measurement import wording
from plimsoll.scenario.objectives import parse_objective
from plimsoll.tuning.judging import Judged, worst_missed
from plimsoll.tuning.knob import spelled

if TYPE_CHECKING:
    from plimsoll.measurement.objectives import Judgement
    from plimsoll.tuning.safest import Safest

HOLDS = "holds"


def outcome(judged: Judged) -> str:
    """What came of a trial: that it holds, which objective is missed most, or why it did not come to its end."""
    if judged.verdict.holds:
        return HOLDS
    missed = worst_missed(judged.result.objectives)
    if missed is not None:
        return f"fails: {shortfall(missed)}"
    if judged.result.verdict == "impossible":
        return f"cannot be run: {_problem(judged)}"
    return f"fails: {judged.result.shortfall or judged.result.verdict}"


def _problem(judged: Judged) -> str:
    """The first complaint about a scenario that cannot be run: what is wrong, without where and without the remedy."""
    complaint = judged.result.shortfall.partition("\n")[0].removeprefix(f"{judged.trial.label}: ")
    field, _, problem = complaint.partition(": ")
    return (problem or field).partition(". ")[0]


def shortfall(judgement: Judgement) -> str:
    """``podRunning.p99 is 101 min, and was to be <= 90s``."""
    objective = parse_objective(judgement.expression)
    wanted = judgement.expression.removeprefix(objective.metric).strip()
    if judgement.value is None:
        return f"{objective.metric} was not measured, and was to be {wanted}"
    return f"{objective.metric} is {measured(judgement.value, judgement.unit)}, and was to be {wanted}"


def measured(value: float | None, unit: str) -> str:
    """A measured number with its unit, as objectives have it: seconds, a share, or a plain number."""
    if unit == "s":
        return wording.seconds(value)
    return wording.percent(value) if unit == "%" else wording.rate(value)


def seeds(numbers: Sequence[int]) -> str:
    """``seed 1``, ``seeds 1, 2 and 3``."""
    if len(numbers) == 1:
        return f"seed {numbers[0]}"
    return f"seeds {', '.join(map(str, numbers[:-1]))} and {numbers[-1]}"


def answer(found: Safest) -> Iterator[str]:
    """What to tell whoever asked for the lowest safe values, a line each."""
    if found.lowest is None:
        yield "No value holds: not even the safest of the range, and so none less safe."
        return
    yield f"Lowest that hold   {spelled(found.changes(found.lowest))}   ({seeds(found.seeds)})"
    if found.chosen is None:
        yield f"With a margin      no value holds with {seeds(found.fresh_seeds)}, too"
        return
    factor = f"{found.demands.margin:g} times as safe, and tried afresh with {seeds(found.fresh_seeds)}"
    yield f"With a margin      {spelled(found.changes(found.chosen))}   ({factor})"
    for number, knob in enumerate(found.knobs):
        if knob.values[found.chosen[number]] == knob.values[-1] and found.lowest[number] < knob.size - 1:
            yield f"{knob.name}: {knob.values[-1]} is the safest of the range; the margin may want more."


def caveats(found: Safest) -> Iterator[str]:
    """What is odd about the verdicts: where safer was not safer."""
    for violation in found.contradictions:
        yield (
            f"Safer is not always safer here: with seed {found.demands.first_seed + violation.seed}, "
            f"{spelled(found.changes(violation.holding))} holds and {spelled(found.changes(violation.failing))} fails."
        )


def tried(found: Safest) -> Iterator[tuple[str, str, str]]:
    """A row for each point that was tried, the least safe first: what was set, with which seeds, what came out."""
    for point, group in groupby(sorted(found.judged, key=lambda each: each.probe), key=lambda each: each.probe.point):
        trials = list(group)
        yield spelled(found.changes(point)), ", ".join(str(each.trial.seed) for each in trials), _together(trials)


def _together(trials: Iterable[Judged]) -> str:
    outcomes = [outcome(each) for each in trials]
    return next((text for text in outcomes if text != HOLDS), HOLDS)
