"""Trials and what comes out of them, as data that can be sent to another process and kept in a file."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from plimsoll import __version__
from plimsoll.archive.hashing import canonical_json
from plimsoll.measurement.objectives import Judgement
from plimsoll.simcluster.profile import load_profile

if TYPE_CHECKING:
    from plimsoll.scenario.model import Scenario

Verdict = Literal["pass", "fail", "incomplete", "impossible", "lost"]
"""As a run's, and: ``impossible``, it is known without a run that it cannot be made, such as for want of places for
pods; ``lost``, whoever made it ended again and again, such as for want of memory."""


@dataclass(frozen=True)
class Trial:
    """One run to make: a scenario as resolved, and a seed. Trials with the same key are equal.

    Raises :class:`plimsoll.simcluster.profile.ProfileError` where the profile or one of the settings does not exist.
    """

    scenario: Mapping[str, Any] = field(compare=False)
    """The scenario's document, as ``Scenario.model_dump(mode="json", by_alias=True)`` gives it."""
    seed: int = field(compare=False)
    label: str = field(default="", compare=False)
    """For people; it changes nothing."""
    key: str = field(init=False, repr=False)
    """SHA-256 of all that decides what comes out: scenario, seed, the profile's constants (a profile of the user's own
    thus counts by its content), and Plimsoll's version."""

    def __post_init__(self) -> None:
        """Compute the key."""
        cluster = self.scenario["cluster"]
        constants = load_profile(cluster["profile"], cluster.get("settings")).constants
        text = canonical_json(
            {
                "plimsoll": __version__,
                "scenario": self.scenario,
                "seed": self.seed,
                "constants": {constant.name: constant.value for constant in constants},
            }
        )
        object.__setattr__(self, "key", hashlib.sha256(text.encode()).hexdigest())

    @classmethod
    def of(cls, scenario: Scenario, seed: int, label: str = "") -> Trial:
        """The trial of a valid scenario; labelled by the scenario's name if by nothing else."""
        return cls(scenario.model_dump(mode="json", by_alias=True), seed, label or scenario.name)


@dataclass(frozen=True, slots=True)
class TrialResult:
    """What came out of a trial. Everything but ``directory`` and ``wall_seconds`` is the same wherever it was made."""

    key: str
    """Of the trial."""
    verdict: Verdict
    shortfall: str
    """Why there is no verdict on the objectives, where there is none."""
    metrics: Mapping[str, float]
    """The run's numbers by name; those that are not finite are left out."""
    objectives: tuple[Judgement, ...]
    findings: tuple[str, ...]
    """Codes of what a diagnosis found, the cause first."""
    directory: Path | None
    """The archive, where it was to be kept."""
    virtual_seconds: float
    wall_seconds: float
    archive_hash: str

    @property
    def passed(self) -> bool:
        """Whether the run came to its end and met all objectives."""
        return self.verdict == "pass"

    def as_json(self) -> dict[str, Any]:
        """The result as one JSON document."""
        return {
            "key": self.key,
            "verdict": self.verdict,
            "shortfall": self.shortfall,
            "metrics": dict(self.metrics),
            "objectives": [asdict(judgement) for judgement in self.objectives],
            "findings": list(self.findings),
            "directory": str(self.directory) if self.directory else None,
            "virtualSeconds": self.virtual_seconds,
            "wallSeconds": self.wall_seconds,
            "archiveHash": self.archive_hash,
        }

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> TrialResult:
        """Read a result from its document."""
        directory = document["directory"]
        return cls(
            key=document["key"],
            verdict=document["verdict"],
            shortfall=document["shortfall"],
            metrics=document["metrics"],
            objectives=tuple(Judgement(**judgement) for judgement in document["objectives"]),
            findings=tuple(document["findings"]),
            directory=Path(directory) if directory else None,
            virtual_seconds=document["virtualSeconds"],
            wall_seconds=document["wallSeconds"],
            archive_hash=document["archiveHash"],
        )

    @classmethod
    def without_run(cls, trial: Trial, verdict: Verdict, reason: str) -> TrialResult:
        """The result of a trial that no run was made of."""
        return cls(trial.key, verdict, reason, {}, (), (), None, 0.0, 0.0, "")
