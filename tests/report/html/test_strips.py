from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from plimsoll.measurement.summary import summarise
from plimsoll.report.html.figures import figures
from tests.measurement.building import archive_of, pod, requested
from tests.report.synthetic import Shape, write_run

STEPS = (
    "scheduled",
    "kubeletSaw",
    "volumesMounted",
    "sandboxReady",
    "containersStarted",
    "kubeletRunning",
    "apiRunning",
)


@pytest.mark.parametrize("longest", range(len(STEPS)))
def test_words_of_a_pods_way_stay_in_the_drawing_wherever_the_time_goes(tmp_path: Path, longest: int) -> None:
    moments = [0.1 * (step + 1) + (10.0 if step >= longest else 0.0) for step in range(len(STEPS))]
    archive = archive_of(tmp_path, pod("a", 0.0, **dict(zip(STEPS, moments, strict=True))))  # type: ignore[arg-type]

    (way,) = [figure for figure in figures(archive, summarise(archive)) if figure.id == "way-of-a-pod"]

    words = re.findall(
        r'<text x="([\d.]+)" y="[\d.]+" class="(halo|halo end|inside)">([^<]*)<tspan[^>]*>([^<]*)', way.render()
    )
    assert len(words) == len(STEPS)
    for place, look, name, detail in words:
        width = 6.5 * len(name + detail)
        start = float(place) - width if look == "halo end" else float(place)
        assert start >= 0
        assert start + width <= way.frame.width


def test_a_client_has_one_colour_and_no_two_share_one(tmp_path: Path) -> None:
    busy = (requested(f"busy-{n}", 100 - n, 0.1) for n in range(9))
    held = (requested(name, 5, 2.0, measure="throttle") for name in ("busy-1", "busy-7", "busy-8"))
    archive = archive_of(tmp_path, *busy, *held)

    drawn = {figure.id: dict(figure.legend) for figure in figures(archive, summarise(archive))}

    assert drawn["requests-by-client"]["others"] == "c7"
    assert drawn["throttling"]["busy-1"] == drawn["requests-by-client"]["busy-1"] == "c1"
    assert len(set(drawn["throttling"].values())) == 3
    assert len(set(drawn["requests-by-client"].values())) == 8


def test_every_phase_has_its_strip(tmp_path: Path) -> None:
    archive = write_run(tmp_path, replace(Shape(), namespaces=2))

    phases = next(figures(archive, summarise(archive)))

    assert phases.id == "phases"
    assert phases.render().count('class="bar c0"') == len(list(Shape().phases))
