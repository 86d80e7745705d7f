from __future__ import annotations

from pathlib import Path

import pyarrow.compute as pc
import pytest

from plimsoll.diagnosis.diagnose import diagnose
from plimsoll.diagnosis.evidence import Evidence
from plimsoll.diagnosis.observable import Observable, UnobservableError
from tests.diagnosis.casefile import CaseArchive, archive_of_case, read_case

CASES = sorted((Path(__file__).parent / "cases").glob("*/*.yaml"))

SEEN_BY_THE_MODEL_ONLY = {
    "seconds": 100,
    "pods": [{"count": 3, "node": "worker-0", "scheduled": 1, "running": 5}],
    "samples": [
        {"series": "kubelet.throttleSeconds", "instance": "worker-0", "value": 40},
        {"series": "kubelet.pods", "instance": "worker-0", "value": 3},
        {"series": "no.such.series", "value": 3},
    ],
    "requests": [
        {"client": ["kubelet", "driver"], "perSecond": 1, "measure": "throttle"},
        {"client": ["kubelet", "driver"], "perSecond": 1},
    ],
}


def stripped(archive: CaseArchive) -> CaseArchive:
    """The archive with nothing in it but what a real cluster shows."""
    observable = Observable(archive)
    tables = {name: observable.table(name) for name in archive.tables}
    return CaseArchive(observable.manifest, observable.scenario, {}, tables)


@pytest.mark.parametrize("file", CASES, ids=lambda file: f"{file.parent.name}/{file.stem}")
def test_stripping_an_archive_to_the_observable_changes_no_diagnosis(file: Path) -> None:
    archive = archive_of_case(read_case(file))

    assert diagnose(stripped(archive)) == diagnose(archive)


def test_samples_are_those_that_a_real_cluster_shows() -> None:
    table = Observable(archive_of_case(SEEN_BY_THE_MODEL_ONLY)).table("samples")

    assert pc.unique(table["series"].cast("string")).to_pylist() == ["kubelet.pods"]


def test_waits_at_a_limiter_are_known_of_the_own_client_only() -> None:
    table = Observable(archive_of_case(SEEN_BY_THE_MODEL_ONLY)).table("requests")
    throttled = table.filter(pc.equal(table["measure"].cast("string"), "throttle"))

    assert pc.unique(throttled["client"].cast("string")).to_pylist() == ["driver"]


def test_milestones_are_those_that_a_watcher_of_the_api_sees() -> None:
    table = Observable(archive_of_case(SEEN_BY_THE_MODEL_ONLY)).table("milestones")

    assert set(table["milestone"].to_pylist()) == {"apiScheduled", "apiRunning"}


def test_what_the_cluster_is_made_of_is_no_part_of_the_scenario() -> None:
    archive = archive_of_case({"seconds": 1})
    archive.scenario = {"name": "x", "cluster": {"faults": []}, "load": {}, "expect": []}

    assert set(Observable(archive).scenario) == {"name", "load", "expect"}


def test_asking_for_the_profile_is_a_mistake() -> None:
    with pytest.raises(UnobservableError):
        _ = Observable(archive_of_case({"seconds": 1})).profile


@pytest.mark.parametrize("series", ["kubelet.throttleSeconds", "no.such.series"])
def test_asking_for_a_series_that_no_cluster_shows_is_a_mistake(series: str) -> None:
    with pytest.raises(UnobservableError):
        Evidence(Observable(archive_of_case({"seconds": 1}))).gauges.by_instance(series)
