"""The names most like one that was not found."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


def nearest(name: str, known: Iterable[str], limit: int = 3) -> list[str]:
    """Return up to ``limit`` known names that look like this one, best first; letter case does not count."""
    by_folded = {candidate.casefold(): candidate for candidate in known}
    matches = difflib.get_close_matches(name.casefold()[:200], by_folded, n=limit, cutoff=0.6)
    return [by_folded[match] for match in matches]


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """Return a sentence with the nearest names, or with all of them where none is near and they are few."""
    candidates = sorted(set(known))
    names = nearest(name, candidates)
    if names:
        return f"Did you mean {' or '.join(names)}?"
    if 0 < len(candidates) <= 30:  # noqa: PLR2004 - as many as one reads without scrolling
        return f"Known: {', '.join(candidates)}."
    return ""
