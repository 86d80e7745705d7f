"""What a finding is, and what it says when it is found.

A finding is a file in ``catalogue`` with a ``FINDING``. Its ``observe`` looks at the evidence and either returns nothing
or a :class:`Sighting`: what is the matter, in numbers. The rest (code, remedy, sources) is the same in every run.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, get_args

from plimsoll.diagnosis.observable import shown_by
from plimsoll.telemetry.series import SERIES

if TYPE_CHECKING:
    from plimsoll.diagnosis.evidence import Evidence
    from plimsoll.measurement.columns import Steps

Severity = Literal["error", "warning", "note"]
"""``error``: objectives cannot be met while it lasts; ``warning``: it costs time or is near its limit; ``note``: worth knowing."""

Flavor = Literal["openshift", "kubeadm", "kubespray"]
FLAVORS: tuple[Flavor, ...] = get_args(Flavor)

SettingValue = bool | int | float | str
Settings = Mapping[str, SettingValue]
"""Dotted names of settings, as a scenario's ``cluster.settings`` has them, with their values."""


@dataclass(frozen=True, slots=True)
class Threshold:
    """A number from which on something is the matter, and why that number."""

    name: str
    value: float
    unit: str
    reason: str


@dataclass(frozen=True, slots=True)
class Fact:
    """A piece of evidence: a number, and where a reader can look it up on a real cluster."""

    text: str
    value: float
    unit: str
    source: str
    """The metric, API, event or log that shows it."""

    @classmethod
    def of(cls, series: str, text: str, value: float) -> Fact:
        """A fact from a series or a setting, which know their unit and what shows them."""
        unit = SERIES[series].unit if series in SERIES else ""
        return cls(text, value, unit, shown_by(series))


@dataclass(frozen=True, slots=True)
class Plot:
    """A small series that shows the matter, and the limit that it meets."""

    title: str
    unit: str
    seconds: tuple[float, ...]
    values: tuple[float, ...]
    limit: float | None = None

    @classmethod
    def of(cls, steps: Steps, title: str, unit: str, limit: float | None = None) -> Plot:
        """Plot a gauge."""
        return cls(title, unit, tuple(steps.seconds.tolist()), tuple(steps.values.tolist()), limit)


@dataclass(frozen=True, slots=True)
class Effect:
    """What it costs: how many pods, and how many seconds each of them, on the way from created to Ready."""

    pods: int = 0
    seconds: float = 0.0

    @property
    def pod_seconds(self) -> float:
        """All of it together: what findings are ranked by."""
        return self.pods * self.seconds


@dataclass(frozen=True, slots=True)
class Remedy:
    """What to change: settings, where a setting does it, and words.

    A value is a constant, or is worked out from the evidence (``lambda evidence: …``). None: this setting is not needed.
    """

    text: str
    settings: Mapping[str, SettingValue | Callable[[Evidence], SettingValue | None]] = field(default_factory=dict)

    def concrete(self, evidence: Evidence) -> Settings:
        """The settings with their values for this run."""
        worked_out = {name: value(evidence) if callable(value) else value for name, value in self.settings.items()}
        return {name: value for name, value in worked_out.items() if value is not None}


def everywhere(remedy: Remedy) -> Mapping[Flavor, Remedy]:
    """The same remedy in all flavours: a setting's dotted name says what, the flavour's manifests say how."""
    return dict.fromkeys(FLAVORS, remedy)


@dataclass(frozen=True, slots=True)
class Sighting:
    """What is the matter in one run."""

    cause: str
    """One sentence with the numbers of this run."""
    confidence: float
    """From 0 to 1: 1 where the cluster itself says so, about 0.5 where something else could look the same."""
    evidence: tuple[Fact, ...]
    effect: Effect = Effect()
    plot: Plot | None = None
    limits_next: str = ""
    """What would limit once this is remedied, where the finding knows; otherwise the stations tell."""


@dataclass(frozen=True, slots=True)
class Found:
    """A finding and what was found: a diagnosis consists of these."""

    code: str
    name: str
    severity: Severity
    confidence: float
    cause: str
    evidence: tuple[Fact, ...]
    plot: Plot | None
    remedy: Mapping[Flavor, Settings]
    """Settings to change, with the values for this run; empty where no setting helps, and the finding's text does."""
    affects: Effect
    limits_next: str
    symptom_of: tuple[str, ...] = ()
    """Codes of what was found too and explains this."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that can be the matter with a cluster."""

    code: str
    """``PLMnnn``; the hundreds are the subject, see :mod:`plimsoll.diagnosis.catalogue`."""
    name: str
    """A few words in lower case, such as ``kubelet-throttled``."""
    claim: str
    """One sentence: what is so where this is found."""
    asks: tuple[str, ...]
    """The evidence it needs: names of series (``kubelet.requestsPerSecond``), or words about requests, events, logs."""
    thresholds: tuple[Threshold, ...]
    severity: Severity
    remedies: Mapping[Flavor, Remedy]
    not_when: str
    """When it does not apply, or is not worth a change."""
    measure_if_unsure: str
    """What to look at on a real cluster, and what it should show."""
    sources: tuple[str, ...]
    observe: Callable[[Evidence], Sighting | None]
    symptom_of: tuple[str, ...] = ()
    """Codes of findings that explain this one where both are found."""
    background: str = ""
    """The mechanism in a paragraph or two, for ``plimsoll explain``."""

    def look(self, evidence: Evidence) -> Found | None:
        """Look whether it is so in a run."""
        sighting = self.observe(evidence)
        if sighting is None:
            return None
        return Found(
            code=self.code,
            name=self.name,
            severity=self.severity,
            confidence=sighting.confidence,
            cause=sighting.cause,
            evidence=sighting.evidence,
            plot=sighting.plot,
            remedy={flavor: remedy.concrete(evidence) for flavor, remedy in self.remedies.items()},
            affects=sighting.effect,
            limits_next=sighting.limits_next,
            symptom_of=self.symptom_of,
        )
