"""What the documentation says is so: links lead somewhere, examples print what they show, generated pages are fresh."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from scripts.generate_docs import generated_pages
from tests.docs.pages import PAGES, ROOT, Console, anchors, consoles, links, resembles

CONSOLES = [console for page in PAGES for console in consoles(page)]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_leads_somewhere(page: Path) -> None:
    broken = []
    for link in links(page):
        if link.startswith(("https://", "mailto:")):
            continue
        target, _, anchor = link.partition("#")
        file = (page.parent / target).resolve() if target else page
        if not file.exists() or (anchor and anchor not in anchors(file)):
            broken.append(link)
    assert not broken


def test_every_page_can_be_reached_from_the_index() -> None:
    index = ROOT / "docs" / "index.md"
    reached = {(index.parent / link.partition("#")[0]).resolve() for link in links(index)}
    assert {page for page in PAGES if page.parent == index.parent} - reached == {index}


@pytest.mark.parametrize("name", sorted(generated_pages()))
def test_a_generated_page_is_fresh(name: str) -> None:
    fresh = (ROOT / name).read_text(encoding="utf-8") == generated_pages()[name]
    assert fresh, "run `make docs` and commit the result"


@pytest.mark.parametrize("console", [c for c in CONSOLES if c.runs], ids=lambda console: console.place)
def test_an_example_prints_what_the_page_shows(console: Console, tmp_path: Path) -> None:
    environment = {
        **os.environ,
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "COLUMNS": "100",
        "NO_COLOR": "1",
    }
    environment.pop("PLIMSOLL_RUNS", None)
    for step, exit_code in zip(console.steps, console.exit_codes, strict=True):
        assert step.command.startswith("plimsoll "), "only the project's own command is run from a page"
        result = subprocess.run(
            shlex.split(step.command),
            cwd=tmp_path,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        assert result.returncode == exit_code, result.stdout
        if console.compares:
            assert resembles(step.shown, result.stdout), result.stdout
