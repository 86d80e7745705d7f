"""What a test may ask of its cluster."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from plimsoll.serve.composition import changed_spec, compose
from plimsoll.serve.metrics.counting import Totals

if TYPE_CHECKING:
    from plimsoll.simcluster.assembly import SimulatedCluster

DEFAULT_SEED = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """A cluster, in the words of a scenario's ``cluster`` section. None leaves the choice to the scenario's default.

    ``profile`` says how the components behave: ``ideal``, where nothing but deliberate waiting takes time, unless given.
    ``node`` is the shape of every node (``{"cpu": "4", "memory": "16Gi", "labels": {…}, "taints": […]}``), ``settings``
    changes the profile by dotted names, ``faults`` is what goes wrong when (``{"kind": "nodeLost", "at": 60, "node":
    "worker-1"}``).
    """

    nodes: int | None = None
    profile: str | None = None
    seed: int = DEFAULT_SEED
    node: Mapping[str, Any] = field(default_factory=dict)
    settings: Mapping[str, Any] = field(default_factory=dict)
    faults: Sequence[Mapping[str, Any]] = ()

    def compose(self, epoch_seconds: float) -> SimulatedCluster:
        """Assemble the cluster; ``InputError`` where there can be none like this."""
        changes = {name: value for name, value in asdict(self).items() if name != "seed"}
        return compose(changed_spec(None, changes), seed=self.seed, telemetry=Totals(), epoch_seconds=epoch_seconds)
