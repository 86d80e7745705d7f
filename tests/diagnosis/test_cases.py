"""Every case: archives that must and that must not raise a finding, as data beside this file."""

from __future__ import annotations

from pathlib import Path

import pytest

from plimsoll.diagnosis.catalogue import load_findings
from plimsoll.diagnosis.evidence import Evidence
from plimsoll.diagnosis.observable import Observable
from tests.diagnosis.casefile import archive_of_case, read_case

CASES = Path(__file__).parent / "cases"
FINDINGS = {finding.code.lower(): finding for finding in load_findings()}
FILES = sorted(CASES.glob("*/*.yaml"))


@pytest.mark.parametrize("file", FILES, ids=lambda file: f"{file.parent.name}/{file.stem}")
def test_a_case_raises_its_finding_or_does_not(file: Path) -> None:
    case = read_case(file)

    found = FINDINGS[file.parent.name].look(Evidence(Observable(archive_of_case(case))))

    assert (found is not None) == case["found"], case["why"]


@pytest.mark.parametrize("code", sorted(FINDINGS))
def test_every_finding_has_a_case_that_raises_it_and_one_that_does_not(code: str) -> None:
    kinds = {read_case(file)["found"] for file in FILES if file.parent.name == code}

    assert kinds == {True, False}
