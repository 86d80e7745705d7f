from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from plimsoll.diagnosis.diagnose import diagnose
from plimsoll.measurement.summary import summarise
from plimsoll.report.html import render_html
from plimsoll.report.html.figures import _is_a_moment, figures
from plimsoll.report.html.material import upwards
from plimsoll.report.html.plot import HALF, Curve, Figure, Frame, Hover
from plimsoll.report.html.scale import NoTicks
from tests.measurement.building import archive_of, pod
from tests.report.synthetic import Shape, write_run

LARGEST_BYTES = 1_000_000


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> str:
    archive = write_run(tmp_path_factory.mktemp("runs"), replace(Shape(), throttle_seconds=31.0))
    return render_html(archive, summarise(archive), diagnose(archive))


def test_a_large_run_makes_no_large_page(tmp_path: Path) -> None:
    shape = Shape(nodes=600, namespaces=20, exchange_seconds=3000.0, throttle_seconds=5.0)
    archive = write_run(tmp_path, shape)

    assert len(render_html(archive, summarise(archive), diagnose(archive)).encode()) < LARGEST_BYTES


def test_the_policy_allows_what_is_on_the_page_and_nothing_else(page: str) -> None:
    (policy,) = re.findall(r'Content-Security-Policy" content="([^"]+)"', page)

    assert "default-src &#x27;none&#x27;" in policy
    for element in ("style", "script"):
        (content,) = re.findall(rf"<{element}>(.*?)</{element}>", page, re.DOTALL)
        digest = base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()
        assert f"{element}-src &#x27;sha256-{digest}&#x27;" in policy


def test_nothing_on_the_page_needs_what_the_policy_forbids(page: str) -> None:
    assert not re.search(r'<[^>]+\s(style|on\w+)="', page)
    assert "http://" not in page.replace("http://www.w3.org/2000/svg", "")
    assert "https://" not in page


def test_the_numbers_are_there_without_the_script(page: str) -> None:
    for words in ("Create deployments", "podStatusLag", "kubelet-heartbeat", "Constants of the profile"):
        assert words in page


def test_the_profile_says_how_well_its_constants_are_known(page: str) -> None:
    assert "1 published, 1 source, 1 calibrated, 1 guessed" in page


def test_the_same_archive_gives_the_same_page(tmp_path: Path) -> None:
    archive = write_run(tmp_path, Shape(namespaces=4))

    assert render_html(archive, summarise(archive), diagnose(archive)) == render_html(
        archive, summarise(archive), diagnose(archive)
    )


def test_a_plot_that_is_alone_in_its_row_takes_all_of_it(tmp_path: Path) -> None:
    archive = write_run(tmp_path, Shape(namespaces=4))

    widths = {figure.id: figure.frame.width for figure in figures(archive, summarise(archive))}

    assert "throttling" not in widths
    assert widths["requests-by-client"] > HALF
    assert widths["time-to-running"] == HALF


def test_a_run_that_saw_nothing_makes_a_page_without_plots(tmp_path: Path) -> None:
    archive = archive_of(tmp_path, virtual_seconds=0.0)

    page = render_html(archive, summarise(archive), diagnose(archive))

    assert "<figure" not in page
    assert "Objectives" in page


def test_a_run_of_one_pod_makes_a_page(tmp_path: Path) -> None:
    archive = archive_of(tmp_path, pod("a", 1.0, scheduled=1.0, apiScheduled=1.0, apiRunning=1.0))

    assert 'id="time-to-running"' in render_html(archive, summarise(archive), diagnose(archive))


def test_a_run_of_one_interval_makes_no_plots_over_time() -> None:
    measured, sampled = Curve("all", "c0", "", np.array([1.0])), np.array([5.0])
    frame = Frame(600, NoTicks(), upwards(1.0), "", "")
    assert _is_a_moment(Figure("a", "A", "", frame, [], hover=Hover(sampled, sampled, "clock", (measured,))))
    assert not _is_a_moment(Figure("a", "A", "", frame, [], hover=Hover(sampled, sampled, "", (measured,), ("node",))))
