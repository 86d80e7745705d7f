"""``docs/gallery.md`` from the scenarios that ship with Plimsoll."""

from __future__ import annotations

from plimsoll.scenario import gallery
from plimsoll.scenario.loading import load_scenario
from scripts.reference.markdown import notice, page, prose, table

INTRODUCTION = """\
These scenarios ship with Plimsoll. `plimsoll run NAME` runs one; `plimsoll examples NAME > mine.yaml` gives you a copy to
change. Where a description says what was published, `plimsoll claims` compares."""


def gallery_page() -> str:
    """Return the page."""
    rows = [(f"[`{name}`](../src/plimsoll/scenario/gallery/{name}.yaml)", _about(name)) for name in gallery.names()]
    return page(notice("`plimsoll.scenario.gallery`"), "# Gallery", INTRODUCTION, table(("Scenario", "Is"), rows))


def _about(name: str) -> str:
    return prose(load_scenario(name).scenario.description)
