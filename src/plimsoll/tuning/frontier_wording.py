"""A frontier in words: a bar for each point, and why the load goes no further."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from plimsoll.tuning.knob import spelled
from plimsoll.tuning.wording import outcome

if TYPE_CHECKING:
    from plimsoll.tuning.frontier import Frontier, Limit

BAR_CELLS = 30
_EIGHTHS = " ▏▎▍▌▋▊▉"


def rows(frontier: Frontier) -> Iterator[tuple[str, str, str, str]]:
    """For each limit: where, a bar as long as the load is large, the load, and what the next larger one runs into."""
    top = max((limit.largest or 0 for limit in frontier.limits), default=0) or 1
    for limit in frontier.limits:
        yield spelled(limit.at), bar((limit.largest or 0) / top), largest(frontier, limit), reason(frontier, limit)


def largest(frontier: Frontier, limit: Limit) -> str:
    """``250``; ``≥ 500`` where the range ends before the load does; ``–`` where nothing holds."""
    if limit.largest is None:
        return "–"
    return f"≥ {limit.largest}" if limit.largest == frontier.knob.values[0] else f"{limit.largest}"


def reason(frontier: Frontier, limit: Limit) -> str:
    """``275: fails: podRunning.p99 is 4.2 min, and was to be <= 90s``."""
    if limit.first_failing is None:
        return "the range ends here"
    value = frontier.knob.values[limit.first_failing.probe.point[0]]
    return f"{value} {outcome(limit.first_failing)}"


def bar(share: float) -> str:
    """A bar that is so much of the longest, to an eighth of a cell."""
    eighths = round(share * BAR_CELLS * 8)
    return "█" * (eighths // 8) + _EIGHTHS[eighths % 8].strip()


def caveats(frontier: Frontier) -> Iterator[str]:
    """Where less load was not easier."""
    for limit in frontier.limits:
        for violation in limit.contradictions:
            where = f" at {spelled(limit.at)}" if limit.at else ""
            holding, failing = (frontier.knob.values[point[0]] for point in violation[:2])
            yield (
                f"Less load is not always easier{where}: with seed {frontier.seeds[0] + violation.seed}, "
                f"{frontier.knob.name}={holding} holds and {failing} fails."
            )
