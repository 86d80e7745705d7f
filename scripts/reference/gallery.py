"""``docs/gallery.md`` from the scenarios that ship with Plimsoll."""

from __future__ import annotations

from plimsoll.scenario.gallery import names, sweeps
from plimsoll.scenario.loading import load_scenario
from plimsoll.scenario.sweep import load_sweep
from scripts.reference.markdown import notice, page, prose, table

INTRODUCTION = """\
These scenarios ship with Plimsoll. `plimsoll run NAME` runs one; `plimsoll examples NAME > mine.yaml` gives you a copy to
change. Where a description says what was published, `plimsoll claims` compares. A name with `-before` misses its
objectives; the one with `-after` meets them by what the article's authors did about it, or by the remedy that follows from
the cause."""

SWEEPS = """\
A sweep runs a scenario at many values of its parameters: `plimsoll sweep NAME`. These are what the OpenShift article names
as future work; one that looks for a limit is for `plimsoll limits`."""

FOLDER = "../src/plimsoll/scenario/gallery"


def gallery_page() -> str:
    """Return the page."""
    rows = [(f"[`{name}`]({FOLDER}/{name}.yaml)", _about(name)) for name in names()]
    swept = [
        (f"[`{name}`]({FOLDER}/{name}.sweep.yaml)", prose(load_sweep(name).sweep.description)) for name in sweeps()
    ]
    return page(
        notice("`plimsoll.scenario.gallery`"),
        "# Gallery",
        INTRODUCTION,
        table(("Scenario", "Is"), rows),
        "## Sweeps",
        SWEEPS,
        table(("Sweep", "Is"), swept),
    )


def _about(name: str) -> str:
    return prose(load_scenario(name).scenario.description)
