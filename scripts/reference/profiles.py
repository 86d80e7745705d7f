"""``docs/profiles.md`` from the profiles that ship with Plimsoll: every constant, its source and its status."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from plimsoll.simcluster.profile import COMPONENTS, Constant, Profile, load_profile, profile_names
from plimsoll.simcluster.settings import Settings
from scripts.reference.markdown import code, notice, page, prose, table

INTRODUCTION = """\
A profile holds every constant of the simulated cluster, for one version of it. A scenario names one (`cluster.profile`),
and may set single constants under `cluster.settings` by their dotted names. To write your own, copy one, or start from
one with `extends:`, and give its path:"""

EXAMPLE = """\
```yaml
name: ours
summary: Our cluster, kubelet limits measured last week.
extends: openshift-4.3
settings:
  kubelet:
    kubeAPIQPS: {value: 80, status: published, source: "our KubeletConfig"}
```"""

STATUS = """\
The letter behind a value is its status, which says how far to trust it:

| | Status | The value |
|---|---|---|
| P | published | is in a document of the project, of the vendor, or in the article that a claim is about |
| S | source | was read in the source code of that version |
| C | calibrated | was chosen so that the model gives a measured behaviour; the source says which |
| G | guessed | is our estimate, with nothing to hold it against |

Constants are not fitted to the results that `plimsoll claims` lists. Where one was calibrated on a number from the same
article, its source says so, and that number then proves nothing about the model."""


def profiles_page() -> str:
    """Return the page."""
    profiles = [load_profile(name) for name in profile_names()]
    return page(
        notice("`plimsoll.simcluster.profiles`"),
        "# Profiles",
        INTRODUCTION,
        EXAMPLE,
        table(("Profile", "Is"), [(code(profile.name), profile.summary) for profile in profiles]),
        STATUS,
        _trust(profiles),
        *(block for component, model in COMPONENTS.items() for block in _component(component, model, profiles)),
    )


def _trust(profiles: list[Profile]) -> str:
    """Return how many constants of each profile have which status."""
    statuses = ("published", "source", "calibrated", "guessed")
    rows = [
        (code(profile.name), *(str(sum(c.status == status for c in profile.constants)) for status in statuses))
        for profile in profiles
    ]
    return table(("Constants that are", *statuses), rows)


def _component(component: str, model: type[Settings], profiles: list[Profile]) -> Iterator[str]:
    names = [f"{component}.{field.alias or key}" for key, field in model.model_fields.items()]
    meanings = [prose(field.description or "") for field in model.model_fields.values()]
    yield f"## {component}"
    yield prose(model.__doc__ or "")
    rows = [
        (code(name.partition(".")[2]), meaning, *(_value(_constant(profile, name)) for profile in profiles))
        for name, meaning in zip(names, meanings, strict=True)
    ]
    yield table(("Setting", "Meaning", *(profile.name for profile in profiles)), rows)
    yield "<details><summary>Sources</summary>"
    yield table(("Setting", "Profiles", "Value", "Source"), list(_sources(names, profiles)))
    yield "</details>"


def _sources(names: list[str], profiles: list[Profile]) -> Iterator[tuple[str, str, str, str]]:
    """Yield one row for every source of a constant, with all the profiles that have it from there."""
    for name in names:
        groups: dict[tuple[str, str], list[str]] = {}
        for profile in profiles:
            if constant := _constant(profile, name):
                groups.setdefault((_value(constant), constant.source), []).append(profile.name)
        for (value, source), holders in groups.items():
            yield code(name), ", ".join(holders), value, source


def _constant(profile: Profile, name: str) -> Constant | None:
    return next((constant for constant in profile.constants if constant.name == name), None)


def _value(constant: Constant | None) -> str:
    if constant is None:
        return "default"
    return f"{code(_written(constant.value))} {str(constant.status)[0].upper()}"


def _written(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value).replace('"', "")
