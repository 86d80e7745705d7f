from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from plimsoll.diagnosis.diagnose import diagnose
from plimsoll.measurement.summary import summarise
from plimsoll.report.html import render_html
from tests.report.chromium import Page, open_page
from tests.report.synthetic import Shape, write_run

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.chromium

HOSTILE = '<img src="https://example.invalid/x.png" onerror="console.error(1)"><script>console.error(2)</script>'
SHAPE = Shape(
    namespaces=10, throttle_seconds=31.0, never_running=3, name=f"{HOSTILE}naïve ☃", pod_name=f"{HOSTILE}{{}}"
)
PLOTS = [
    *("phases", "pods-by-state", "time-to-running", "way-of-a-pod", "pods-per-minute", "container-creating"),
    *("requests-by-client", "throttling", "api-latency", "network-over-time", "network-per-node"),
]


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    folder: Path = tmp_path_factory.mktemp("report")
    archive = write_run(folder, replace(SHAPE))
    report = folder / "report.html"
    report.write_text(render_html(archive, summarise(archive), diagnose(archive)), encoding="utf-8")
    with open_page(report, folder / "profile") as page:
        yield page
        assert page.complaints == []
        assert all(url.startswith(("file:", "data:,")) for url in page.requests)


def test_it_renders_every_plot(page: Page) -> None:
    sizes = page.evaluate(
        "Object.fromEntries([...document.querySelectorAll('figure')].map(f => [f.id, f.querySelector('svg').getBBox().width]))"
    )

    assert list(sizes) == PLOTS
    assert all(width > 300 for width in sizes.values())


def test_nothing_in_a_plot_leaves_its_drawing(page: Page) -> None:
    strays = page.evaluate(
        """[...document.querySelectorAll('figure svg :is(path, rect, line, text)')].filter(e => {
            const whole = e.ownerSVGElement.viewBox.baseVal, box = e.getBBox();
            return box.x < -1 || box.y < -1 || box.x + box.width > whole.width + 1 || box.y + box.height > whole.height + 1;
        }).map(e => e.outerHTML.slice(0, 200))"""
    )

    assert strays == []


def test_it_loads_nothing_and_complains_of_nothing(page: Page) -> None:
    page.evaluate("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => done(1))))")

    assert page.complaints == []
    assert [url for url in page.requests if not url.startswith("data:,")] == [page.evaluate("location.href")]


def test_a_hostile_name_is_shown_as_the_text_it_is(page: Page) -> None:
    assert page.evaluate("document.querySelector('h1').textContent") == SHAPE.name
    assert page.evaluate("document.images.length") == 0
    assert page.evaluate("document.querySelectorAll('script:not([type])').length") == 1


def test_it_is_light_or_dark_as_the_reader_prefers(page: Page) -> None:
    backgrounds = {}
    for scheme in ("light", "dark"):
        page.prefer(scheme)
        backgrounds[scheme] = page.evaluate("getComputedStyle(document.body).backgroundColor")

    assert backgrounds == {"light": "rgb(244, 246, 248)", "dark": "rgb(13, 20, 27)"}


def test_the_button_overrides_the_preference(page: Page) -> None:
    page.prefer("light")
    seen = []
    for _ in range(3):
        page.evaluate("document.getElementById('theme').click()")
        seen.append(page.evaluate("document.getElementById('theme').textContent"))
        seen.append(page.evaluate("getComputedStyle(document.body).backgroundColor"))

    assert seen == [
        *("Theme: light", "rgb(244, 246, 248)", "Theme: dark", "rgb(13, 20, 27)", "Theme: auto", "rgb(244, 246, 248)")
    ]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_words_stand_out_from_what_they_stand_on(page: Page, scheme: str) -> None:
    """WCAG AA asks for a contrast of 4.5 between text and its background."""
    page.prefer(scheme)
    worst = page.evaluate(
        """(() => {
            const light = c => c.match(/[\\d.]+/g).slice(0, 3).map(v => v / 255)
                .map(v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
                .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
            const card = light(getComputedStyle(document.querySelector('.card')).backgroundColor);
            const contrast = c => { const [a, b] = [light(c), card].sort(); return (b + 0.05) / (a + 0.05); };
            const words = [...document.querySelectorAll('.card :is(th, td, p, li, code, .met, .missed)')].map(e => getComputedStyle(e).color);
            const labels = [...document.querySelectorAll('figure text')].map(e => getComputedStyle(e).fill);
            return Math.min(...[...words, ...labels].map(contrast));
        })()"""
    )

    assert worst >= 4.5


def test_a_pointer_over_a_plot_is_told_the_values(page: Page) -> None:
    page.evaluate("document.getElementById('pods-by-state').scrollIntoView({block: 'center'})")
    x, y = page.evaluate(
        "(() => { const b = document.querySelector('#pods-by-state svg').getBoundingClientRect();"
        "return [b.left + b.width * 0.6, b.top + b.height / 2]; })()"
    )

    page.move_to(x, y)

    told = page.evaluate("document.querySelector('#pods-by-state .tip').innerText")
    assert "Running" in told
    assert "97" in told
    page.move_to(1, 1)
    assert page.evaluate("document.querySelector('.tip')") is None


def test_arrow_keys_walk_along_a_plot(page: Page) -> None:
    page.evaluate("document.querySelector('#network-per-node svg').focus()")

    page.press("End")
    page.press("ArrowLeft")

    assert page.evaluate("document.querySelector('#network-per-node .tip b').textContent") == "worker-2"
    page.press("Escape")
    assert page.evaluate("document.querySelector('.tip')") is None


@pytest.mark.parametrize("width", [390, 900, 1400])
def test_the_page_never_scrolls_sideways(page: Page, width: int) -> None:
    page.resize(width, 900)

    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_every_plot_has_words_for_those_who_cannot_see_it(page: Page) -> None:
    described = page.evaluate(
        """[...document.querySelectorAll('figure svg')].every(s =>
            s.getAttribute('aria-labelledby').split(' ').every(id => document.getElementById(id).textContent.length > 3))"""
    )
    duplicates = page.evaluate(
        "(ids => ids.length - new Set(ids).size)([...document.querySelectorAll('[id]')].map(e => e.id))"
    )

    assert described is True
    assert duplicates == 0


def test_these_tests_would_notice_a_request_and_an_error(tmp_path: Path) -> None:
    bad = tmp_path / "bad.html"
    bad.write_text("<img src='http://127.0.0.1:9/x.png'><script>console.error('no'); missing()</script>")

    with open_page(bad, tmp_path / "profile") as page:
        page.evaluate("1")

        assert "http://127.0.0.1:9/x.png" in page.requests
        assert len(page.complaints) >= 2
