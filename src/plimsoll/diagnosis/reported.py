"""What the cluster says by itself: sightings from events about pods that then came late, or about other objects."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from plimsoll.diagnosis.finding import Effect, Fact, Plot, Sighting

if TYPE_CHECKING:
    from collections.abc import Callable

    from plimsoll.diagnosis.evidence import Evidence
    from plimsoll.diagnosis.evidence.events import Told

EVENTS = "kubectl get events"


def late_pods(evidence: Evidence, told: Told) -> dict[tuple[str, str], float]:
    """Pods that events were about and that were late or failed: how long each took, or waited until the end."""
    pods = evidence.pods
    troubled = pods.late_to_schedule | pods.late_to_start | ~np.isnan(pods.failed)
    took = np.where(np.isnan(pods.running), pods.gone, pods.running) - pods.created
    about = set(told.objects)
    return {
        key: max(0.0, float(took[row]))
        for row in np.flatnonzero(troubled).tolist()
        if (key := (pods.namespaces[row], pods.names[row])) in about
    }


def about_pods(evidence: Evidence, told: Told, cause: Callable[[int], str], confidence: float) -> Sighting | None:
    """A sighting where events explain why pods came late; ``cause`` words it for so many pods."""
    late = late_pods(evidence, told)
    if not late:
        return None
    return Sighting(
        cause=cause(len(late)),
        confidence=confidence,
        evidence=(
            Fact("late or failed pods that it was said about", len(late), "pods", EVENTS),
            Fact("times that it was said", told.count, "events", EVENTS),
        ),
        effect=Effect(len(late), sum(late.values()) / len(late)),
        plot=reports(told),
    )


def reports(told: Told) -> Plot:
    """How events came in over time."""
    moments = np.sort(told.seconds).tolist()
    return Plot(
        "Reports so far", "events", tuple(moments), tuple(float(number) for number in range(1, len(moments) + 1))
    )
