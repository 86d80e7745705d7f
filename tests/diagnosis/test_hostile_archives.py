"""Archives come from other people's clusters too, and from runs that were cut off: no rows may break a diagnosis."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Any

import pyarrow as pa
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from plimsoll.archive.rows import TABLES
from plimsoll.diagnosis.diagnose import diagnose
from plimsoll.diagnosis.document import document
from plimsoll.report.diagnosis import print_diagnosis
from plimsoll.report.html.reasons import reasons
from plimsoll.telemetry import Milestone
from plimsoll.telemetry.series import SERIES
from tests.diagnosis.casefile import CaseArchive, archive_of_case, read_case

CASES = sorted((Path(__file__).parent / "cases").glob("*/*.yaml"))
EMPTY = {"seconds": 0}
STRANGE = ("", "worker-0", "[red]x[/red]", "[/]", "<script>alert(1)</script>", "\x1b[2J", "ns/pod", "ä\n\u2028")
NUMBERS = (0.0, 1.0, -1.0, 5.0, 1e-12, 1e18, 59.9, 600.0, float("nan"), float("inf"), float("-inf"))
MOMENTS = (0.0, 1.0, -1.0, 5.0, 59.9, 60.0, 600.0, 5000.0)
WORDS: Mapping[str, tuple[str, ...]] = {
    "series": (*SERIES, "no.such.series"),
    "milestone": (*map(str, Milestone), "unheard-of"),
    "measure": ("latency", "throttle"),
    "client": ("driver", "kubelet", "kube-scheduler", *STRANGE),
    "verb": ("GET", "LIST", "PATCH", "CREATE", "WATCH", ""),
    "resource": ("pods", "secrets", "nodes", "bindings", ""),
    "reason": ("FailedScheduling", "FailedMount", "Unhealthy", "Evicted", "BackOff", "Pulling", "Started", ""),
}
MOST_ROWS = 60


def _rows(random: Random, name: str) -> pa.Table:
    schema, rows = TABLES[name], random.randrange(MOST_ROWS)
    columns = [pa.array([_value(random, field) for _ in range(rows)], field.type) for field in schema]
    if name == "pods":  # numbered by their place; milestones of other pods are dropped by the reader of archives
        columns[0] = pa.array(range(rows), schema.field("pod").type)
    return pa.table(columns, schema=schema)


def _value(random: Random, field: pa.Field) -> Any:
    if pa.types.is_floating(field.type):
        return random.choice(NUMBERS if field.name == "value" else MOMENTS)
    if pa.types.is_integer(field.type):
        return random.choice((0, 1, 3) if field.name in {"pod", "bucket"} else (0, 1, 3, 2**31 - 1, -1))
    return random.choice(WORDS.get(field.name, STRANGE))


def _diagnose_in_every_form(archive: CaseArchive) -> None:
    found = diagnose(archive)
    json.dumps(document(found, archive.manifest))
    page, terminal = str(reasons(found)), io.StringIO()
    print_diagnosis(found, archive.manifest, "kubeadm", terminal, stations=True)
    assert "<script>" not in page
    assert "\x1b" not in terminal.getvalue()


@settings(max_examples=60, deadline=None, phases=(Phase.explicit, Phase.reuse, Phase.generate))
@given(st.integers(0, 2**32), st.sampled_from([None, 0.0, 60.0, 5000.0]))
def test_no_rows_break_a_diagnosis(seed: int, virtual_seconds: float | None) -> None:
    """Whatever names, numbers and moments the tables hold, in whatever order, there is an answer in every form."""
    random, case = Random(seed), archive_of_case(EMPTY)
    tables = {name: _rows(random, name) for name in TABLES}
    milestones, pods = tables["milestones"], tables["pods"].num_rows
    known = [pod < pods for pod in milestones["pod"].to_pylist()]
    tables["milestones"] = milestones.filter(pa.array(known, pa.bool_()))
    manifest = replace(case.manifest, scenario="[b]case", virtual_seconds=virtual_seconds)
    _diagnose_in_every_form(replace(case, manifest=manifest, tables=tables))


@settings(max_examples=60, deadline=None, phases=(Phase.explicit, Phase.reuse, Phase.generate))
@given(st.sampled_from(CASES), st.sets(st.sampled_from(sorted(TABLES)), max_size=4), st.sampled_from([None, 0.0, 60.0]))
def test_a_case_of_which_parts_are_missing_is_still_diagnosed(
    path: Path, missing: set[str], virtual_seconds: float | None
) -> None:
    """Tables without a row, and a run whose length is unknown or wrong, are no reason to fail."""
    case = archive_of_case(read_case(path))
    missing = missing | {"milestones"} if "pods" in missing else missing
    tables = {name: table.slice(0, 0) if name in missing else table for name, table in case.tables.items()}
    _diagnose_in_every_form(
        replace(case, manifest=replace(case.manifest, virtual_seconds=virtual_seconds), tables=tables)
    )
