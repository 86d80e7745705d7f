"""Runs the scenarios of claims, each once, over several processes, and takes the measures."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from multiprocessing import get_context
from pathlib import Path

from plimsoll.archive.reader import RunArchive
from plimsoll.claims.claim import Claim, Result
from plimsoll.claims.evidence import Evidence
from plimsoll.experiment.running import run
from plimsoll.measurement.summary import summarise
from plimsoll.scenario.loading import load_scenario

LONGEST_FIRST = ("openshift/500-pods-per-node", "openshift/50-nodes-pausepod", "openshift/50-nodes-client-server")
"""Scenarios to start first, so that no core is left alone with a long one at the end."""


def evaluate(
    claims: Sequence[Claim],
    *,
    seed: int,
    runs_directory: Path,
    processes: int | None = None,
    on_run: Callable[[str, int, int], None] = lambda _name, _done, _of: None,
) -> list[Result]:
    """Run every scenario that the claims name and check each claim; ``on_run`` hears of every finished run."""
    scenarios = _in_order({name for claim in claims for name in claim.scenarios})
    evidence: dict[str, Evidence] = {}
    # fresh interpreters: a fork would copy what this process has in memory, and its threads' locks
    with ProcessPoolExecutor(processes or os.cpu_count(), mp_context=get_context("spawn")) as pool:
        runs = {pool.submit(_run, name, seed, runs_directory): name for name in scenarios}
        for done, future in enumerate(as_completed(runs), start=1):
            evidence[runs[future]] = future.result()
            on_run(runs[future], done, len(runs))
    return results(claims, evidence)


def results(claims: Iterable[Claim], evidence: Mapping[str, Evidence]) -> list[Result]:
    """Take every claim's measures from runs that are there already."""
    return [Result(claim, check, check.measure(evidence)) for claim in claims for check in claim.checks]


def _in_order(scenarios: set[str]) -> list[str]:
    first = [name for name in LONGEST_FIRST if name in scenarios]
    return [*first, *sorted(scenarios - set(first))]


def _run(name: str, seed: int, runs_directory: Path) -> Evidence:
    """One run in a process of the pool: only numbers and the archive's place go back."""
    outcome = run(load_scenario(name), seed=seed, runs_directory=runs_directory)
    summary = summarise(RunArchive.open(outcome.directory))
    return Evidence(dict(summary.metrics), outcome.directory)
