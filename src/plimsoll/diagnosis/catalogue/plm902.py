"""The clocks of cluster and driver differ."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plimsoll.diagnosis.finding import Effect, Fact, Finding, Plot, Remedy, Sighting, Threshold, everywhere

if TYPE_CHECKING:
    from plimsoll.diagnosis.evidence import Evidence

SKEW = Threshold(
    "offset", 1, "s", "timestamps of the API are whole seconds, and latencies from both clocks are then wrong"
)
LOWEST, HIGHEST = "clock.offsetLowest", "clock.offsetHighest"


def _observe(evidence: Evidence) -> Sighting | None:
    ahead = max(evidence.gauges.steps(LOWEST).values.tolist(), default=0.0)
    behind = -min(evidence.gauges.steps(HIGHEST).values.tolist(), default=0.0)
    offset = ahead if ahead >= behind else -behind
    if abs(offset) < SKEW.value:
        return None
    series = LOWEST if offset > 0 else HIGHEST
    return Sighting(
        cause=f"The cluster's clock is at least {abs(offset):.1f} s {'ahead of' if offset > 0 else 'behind'} the driver's.",
        confidence=0.95,
        evidence=(Fact.of(series, "bound of the cluster's offset", offset),),
        effect=Effect(),
        plot=Plot.of(evidence.gauges.steps(series), "Offset of the cluster's clock", "s"),
    )


FINDING = Finding(
    code="PLM902",
    name="clock-skew",
    claim="The clocks of the cluster and of the driver differ by seconds, so times of both must not be compared.",
    asks=(LOWEST, HIGHEST),
    thresholds=(SKEW,),
    severity="note",
    remedies=everywhere(Remedy("Let all machines keep time by NTP: chronyc tracking.")),
    not_when="Only latencies by one clock are looked at.",
    measure_if_unsure="chronyc tracking on every machine; node_timex_offset_seconds.",
    sources=("https://www.rfc-editor.org/rfc/rfc9110#name-date",),
    observe=_observe,
    background="Every answer has a Date. That second began before the answer came and ended after the request went: two bounds.",
)
