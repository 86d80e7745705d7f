"""``plimsoll run --dry-run``: what a run would do, without doing it."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, TextIO

from plimsoll.driver.plan import build_plan
from plimsoll.experiment.preflight import checked_profile

if TYPE_CHECKING:
    from plimsoll.driver.steps import Phase, Plan
    from plimsoll.kube.resources import Object
    from plimsoll.scenario.loading import LoadedScenario
    from plimsoll.scenario.pace import Pace

RUN_ID = "dry-run"
"""Stands in the labels of manifests for the id that a real run would have."""
SCHEMA = "plimsoll.load/1"


def print_plan(loaded: LoadedScenario, *, manifests: bool, output: str, real: bool = False) -> None:
    """Check the scenario as a run would, then print its phases, or every object it would create.

    For a real cluster that is with the programs of its pods, and without a look at the simulated nodes.
    """
    if not real:
        checked_profile(loaded)
    plan = build_plan(loaded.scenario, RUN_ID, deliver_programs=real)
    if manifests:
        _print_manifests(plan, output, sys.stdout)
    elif output == "json":
        print(json.dumps(_document(loaded, plan), indent=2))
    else:
        sys.stdout.writelines(f"{line}\n" for line in _lines(loaded, plan))


def _document(loaded: LoadedScenario, plan: Plan) -> dict[str, Any]:
    return {
        "schema": SCHEMA,
        "scenario": loaded.scenario.name,
        "objects": plan.counts(),
        "pods": plan.pods,
        "phases": [_phase(phase) for phase in plan.phases],
    }


def _phase(phase: Phase) -> dict[str, Any]:
    details = {
        "operations": phase.operations or None,
        "pods": phase.pods or None,
        "durationSeconds": phase.duration_seconds or None,
        "timeoutSeconds": phase.timeout_seconds,
        "pace": phase.pace.model_dump(mode="json", by_alias=True, exclude_defaults=True) if phase.operations else None,
    }
    return {
        "name": phase.name,
        "kind": phase.kind,
        **{key: value for key, value in details.items() if value is not None},
    }


def _lines(loaded: LoadedScenario, plan: Plan) -> Iterator[str]:
    cluster = loaded.scenario.cluster
    yield f"{loaded.scenario.name}: {cluster.nodes:,} nodes, profile {cluster.profile}"
    counted = ", ".join(f"{count:,} {kind}" for kind, count in plan.counts().items())
    yield f"Creates {counted}; {plan.pods:,} pods"
    yield ""
    width = max((len(phase.name) for phase in plan.phases), default=0)
    for number, phase in enumerate(plan.phases, start=1):
        yield f"{number:3}. {phase.name:<{width}}  {_what(phase)}"


def _what(phase: Phase) -> str:
    timeout = f", for {phase.timeout_seconds:g} s at most" if phase.timeout_seconds else ""
    match phase.kind:
        case "wait":
            goal = phase.wait.for_ if phase.wait else ""
            return f"until {phase.pods:,} pods are {goal}{timeout}"
        case "exchange" | "pause":
            return f"{phase.duration_seconds:g} s"
        case "act":
            assert phase.action is not None  # noqa: S101 - nothing is done without saying what
            rounds = f", {phase.action.iterations:,} times over" if phase.action.iterations > 1 else ""
            return f"every {phase.action.kind} with {_labels(phase.action.labels)}{rounds}, {_pace(phase.pace)}"
        case "create" | "delete":
            gone = f", until all are gone{timeout}" if phase.until_gone else ""
            return f"{phase.operations:,} objects, {_pace(phase.pace)}{gone}"


def _labels(labels: Mapping[str, str]) -> str:
    return ", ".join(f"{key}={value}" for key, value in labels.items()) or "the run's label"


def _pace(pace: Pace) -> str:
    words = [f"{pace.objects_per_call:,} per call", f"{pace.parallelism} in parallel"]
    if pace.call_seconds:
        words.append(f"{pace.call_seconds:g} s to start each")
    if pace.rate_per_second is not None:
        words.append(f"{pace.rate_per_second:g} per second")
    if pace.shape:
        words.append("at " + ", ".join(f"{p.rate_per_second:g}/s from {p.at_seconds:g} s" for p in pace.shape))
    return ", ".join(words)


def _print_manifests(plan: Plan, output: str, stream: TextIO) -> None:
    """Every object as a YAML document, or all in one JSON List; either way one at a time, for there may be many."""
    if output == "json":
        stream.write('{"apiVersion": "v1", "kind": "List", "items": [')
        stream.writelines(
            ("" if number == 0 else ",") + "\n" + json.dumps(manifest)
            for number, manifest in enumerate(plan.manifests())
        )
        stream.write("\n]}\n")
        return
    stream.writelines(_as_yaml(manifest) for manifest in plan.manifests())


def _as_yaml(manifest: Object) -> str:
    import yaml

    class Dumper(yaml.CSafeDumper):
        """Spells out what manifests share: an anchor would be valid, and a riddle."""

        def ignore_aliases(self, _: object) -> bool:
            return True

    text: str = yaml.dump(manifest, Dumper=Dumper, explicit_start=True, sort_keys=False)
    return text
