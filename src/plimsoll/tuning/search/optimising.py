"""The cheapest point that holds where safer values are not always safer, or where there are many knobs: TPE of optuna.

Optuna is an extra and slow to load, so it is loaded when it is needed. Its sampler is seeded, and told the verdicts of a
round in the order of its questions: the same verdicts lead the same way.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product
from math import log1p, prod
from typing import TYPE_CHECKING

from plimsoll.errors import Complaint, InputError, Place
from plimsoll.tuning.search.descent import polished
from plimsoll.tuning.search.questions import Point, Probe, Search, Verdict

if TYPE_CHECKING:
    import optuna

SAMPLER_SEED = 20260101
POINTS = 60
"""Points that are tried before the best is polished; a grid that has no more is gone through instead. TPE needs about ten to begin with and a few dozen to be of use
(Bergstra et al., Algorithms for Hyper-Parameter Optimization, 2011)."""
FAILING = 2.0
"""What failing costs at least: more than the most expensive point that holds, which costs 1."""


def optimum(sizes: Sequence[int], *, seeds: int, width: int, points: int = POINTS) -> Search[Point | None]:
    """The cheapest point found that holds with every seed, such that lowering any knob a step fails; None if none holds.

    The cost of a point is the mean height of its knobs, from 0 (all at their least safe) to 1.

    Raises :class:`plimsoll.errors.InputError` where optuna is not installed.
    """
    if prod(sizes) <= points:
        return (yield from cheapest(sizes, seeds=seeds, width=width))
    study = _study()
    study.enqueue_trial(_parameters(tuple(size - 1 for size in sizes)))
    best: Point | None = None
    for _ in range(0, points, width):
        asked = [study.ask() for _ in range(width)]
        candidates = [_suggested(trial, sizes) for trial in asked]
        verdicts = yield from _judged(candidates, seeds)
        for trial, point in zip(asked, candidates, strict=True):
            study.tell(trial, penalised(point, sizes, verdicts[point]))
        holding = [point for point in candidates if verdicts[point].holds]
        best = min([*holding, *([best] if best else [])], key=lambda point: cost(point, sizes), default=None)
    if best is None:
        return None
    return (yield from polished(best, seeds=seeds))


def cheapest(sizes: Sequence[int], *, seeds: int, width: int) -> Search[Point | None]:
    """The cheapest point of a small grid that holds: all are tried in the order of their costs until one does."""
    points = sorted(product(*map(range, sizes)), key=lambda point: (cost(point, sizes), point))
    for start in range(0, len(points), width):
        candidates = points[start : start + width]
        verdicts = yield from _judged(candidates, seeds)
        holding = next((point for point in candidates if verdicts[point].holds), None)
        if holding is not None:
            return holding
    return None


def cost(point: Point, sizes: Sequence[int]) -> float:
    """The mean height of the knobs, 0 to 1."""
    return sum(index / max(1, size - 1) for index, size in zip(point, sizes, strict=True)) / len(sizes)


def penalised(point: Point, sizes: Sequence[int], verdict: Verdict) -> float:
    """The cost of a point that holds; of one that fails, the more the worse its worst objective is missed."""
    return cost(point, sizes) if verdict.holds else FAILING + log1p(verdict.shortfall)


def _judged(points: Sequence[Point], seeds: int) -> Search[dict[Point, Verdict]]:
    """The verdict of each point over all seeds: that of the first seed with which it fails, or that it holds."""
    first = yield [Probe(point, 0) for point in dict.fromkeys(points)]
    verdicts = {point: first[Probe(point, 0)] for point in points}
    further = [Probe(point, seed) for point in verdicts for seed in range(1, seeds) if verdicts[point].holds]
    if further:
        answers = yield further
        for probe in reversed(further):
            if not answers[probe].holds:
                verdicts[probe.point] = answers[probe]
    return verdicts


def _study() -> optuna.Study:
    try:
        import optuna  # noqa: PLC0415  an extra, and slow to load
    except ImportError as error:
        problem = "needs optuna, which is not installed"
        remedy = "Install plimsoll-k8s[optimiser]"
        raise InputError(Complaint(Place("--search optimiser"), problem, remedy)) from error
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    sampler = optuna.samplers.TPESampler(seed=SAMPLER_SEED, multivariate=True, constant_liar=True)
    return optuna.create_study(sampler=sampler)


def _suggested(trial: optuna.Trial, sizes: Sequence[int]) -> Point:
    return tuple(trial.suggest_int(_name(knob), 0, size - 1) for knob, size in enumerate(sizes))


def _parameters(point: Point) -> dict[str, int]:
    return {_name(knob): index for knob, index in enumerate(point)}


def _name(knob: int) -> str:
    return f"knob-{knob}"
