from __future__ import annotations

import io
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from plimsoll.diagnosis.diagnose import diagnose
from plimsoll.diagnosis.finding import FLAVORS, Flavor, Plot
from plimsoll.report.diagnosis import SPARKS, print_diagnosis, sparkline
from tests.diagnosis.casefile import archive_of_case, read_case

CASES = Path(__file__).parents[1] / "diagnosis" / "cases"


def told(case: str, flavor: Flavor = "kubeadm", *, stations: bool = False) -> str:
    archive = archive_of_case(read_case(CASES / case))
    stream = io.StringIO()
    print_diagnosis(diagnose(archive), archive.manifest, flavor, stream, stations=stations)
    return stream.getvalue()


def test_a_finding_is_told_with_evidence_remedy_and_what_to_measure() -> None:
    text = told("plm101/plateau.yaml")

    assert "ERROR PLM101 kubelet-throttled  confidence 85%" in text
    assert "limit of the kubelet on worker-0" in text
    assert "If unsure, measure: " in text


@pytest.mark.parametrize("flavor", FLAVORS)
def test_the_remedy_can_be_pasted_as_it_stands(flavor: Flavor) -> None:
    lines = told("plm101/plateau.yaml", flavor).splitlines()
    first = next(number for number, line in enumerate(lines) if line.startswith("    # "))
    last = next(number for number in range(first, len(lines)) if not lines[number])

    (document,) = yaml.safe_load_all("\n".join(lines[first:last]))

    assert "kubeAPIQPS" in str(document)


def test_a_healthy_run_is_told_to_be_one() -> None:
    assert "Nothing is the matter as far as this run shows." in told("plm111/slow-start.yaml")


def test_the_stations_are_a_table_when_asked_for() -> None:
    text = told("plm101/plateau.yaml", stations=True)

    assert "kubelet's limiter (worker-0)" in text
    assert "L/λW" in text


def test_a_plot_rises_to_its_limit() -> None:
    line = sparkline(Plot("rate", "1/s", (0.0, 50.0, 100.0), (0.0, 5.0, 10.0), limit=20.0), width=4)

    assert line == "▁▃▃▅"


values = st.floats(0, 1e9, allow_nan=False)


@given(st.lists(values, min_size=1, max_size=50), st.integers(1, 80))
def test_a_plot_is_as_wide_as_asked_for(numbers: list[float], width: int) -> None:
    plot = Plot("x", "", tuple(float(second) for second in range(len(numbers))), tuple(numbers))

    line = sparkline(plot, width)

    assert len(line) == width
    assert set(line) <= set(SPARKS)
