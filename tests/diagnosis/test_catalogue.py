from __future__ import annotations

import re

import pytest

from plimsoll.diagnosis.catalogue import load_findings
from plimsoll.diagnosis.evidence import Evidence
from plimsoll.diagnosis.finding import FLAVORS, Fact, Finding, Remedy
from plimsoll.diagnosis.observable import Observable, require_observable
from plimsoll.planning.settings_manifests import manifests
from plimsoll.simcluster.profile import load_profile
from plimsoll.telemetry.series import SERIES
from tests.diagnosis.casefile import archive_of_case

FINDINGS = load_findings()
MACHINES = {"networkBitsPerSecond"}
"""Parameters of a scenario that are no setting of any component: what the nodes are."""
EVERY = pytest.mark.parametrize("finding", FINDINGS, ids=lambda finding: finding.code)


def test_codes_and_names_are_used_once() -> None:
    assert len({finding.code for finding in FINDINGS}) == len(FINDINGS)
    assert len({finding.name for finding in FINDINGS}) == len(FINDINGS)


@EVERY
def test_a_finding_is_in_the_file_of_its_code(finding: Finding) -> None:
    assert finding.observe.__module__.rpartition(".")[2] == finding.code.lower()
    assert re.fullmatch(r"PLM\d{3}", finding.code)
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)+", finding.name)


@EVERY
def test_a_finding_says_what_there_is_to_say(finding: Finding) -> None:
    assert finding.claim.endswith(".")
    assert all(threshold.reason for threshold in finding.thresholds)
    assert finding.thresholds
    assert all((finding.not_when, finding.measure_if_unsure, finding.background, finding.sources))
    assert all(re.fullmatch(r"PLM\d{3}", code) and code != finding.code for code in finding.symptom_of)


@EVERY
def test_the_series_that_a_finding_asks_for_are_shown_by_a_real_cluster(finding: Finding) -> None:
    for asked in finding.asks:
        if asked in SERIES or re.fullmatch(r"config(\.\w+)+", asked):
            require_observable(asked)


@EVERY
def test_a_remedy_sets_settings_that_exist_in_every_flavor(finding: Finding) -> None:
    known = {constant.name for constant in load_profile("kubernetes-1.36").constants}
    assert set(finding.remedies) == set(FLAVORS)
    for flavor, remedy in finding.remedies.items():
        assert remedy.text.endswith(".")
        assert set(remedy.settings) <= known | MACHINES
        assert len(manifests(dict.fromkeys(remedy.settings, 1), flavor)) >= bool(remedy.settings)


def test_a_remedy_is_worked_out_from_the_run_and_may_find_a_setting_needless() -> None:
    evidence = Evidence(Observable(archive_of_case({"seconds": 40})))
    remedy = Remedy("Do.", {"a.b": 3, "a.c": lambda seen: int(seen.run_seconds), "a.d": lambda _: None})

    assert remedy.concrete(evidence) == {"a.b": 3, "a.c": 40}


def test_a_fact_from_a_series_knows_its_unit_and_what_shows_it() -> None:
    assert Fact.of("apiserver.inflight", "most at a time", 3) == Fact(
        "most at a time", 3, "requests", "apiserver_current_inflight_requests"
    )
