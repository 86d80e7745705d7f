"""What a later process needs to know of a run on a real cluster: where it ran, and how far it got.

::

    <run>/cluster.json      the context, the cluster's identity, and the id by which everything created is labelled
    <run>/checkpoint.json   how many phases of the plan are done
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from plimsoll.archive.directory import read_json, write_json
from plimsoll.archive.manifest import read_manifest
from plimsoll.errors import ArchiveError

CLUSTER = "cluster.json"
CHECKPOINT = "checkpoint.json"


@dataclass(frozen=True, slots=True)
class Ledger:
    """Where a run ran. ``load`` is the value of its label: the run's own id, or that of the run that it resumes."""

    load: str
    context: str
    kubeconfig: str | None
    server: str
    cluster_id: str
    """The UID of namespace kube-system, which no two clusters share; empty where it could not be read."""
    version: str

    def write(self, directory: Path) -> None:
        """Keep it with the run, before anything is created."""
        write_json(directory / CLUSTER, asdict(self))

    @classmethod
    def read(cls, directory: Path) -> Ledger:
        """The ledger of a run; :class:`ArchiveError` where it was simulated."""
        if not (directory / CLUSTER).is_file():
            raise ArchiveError(f"run {directory.name} was simulated: it has left nothing on any cluster")
        document: dict[str, Any] = read_json(directory / CLUSTER)
        try:
            return cls(**document)
        except TypeError as error:
            raise ArchiveError(f"{directory / CLUSTER} cannot be read ({error}). Restore it from a copy") from error


def latest_of_load(directory: Path) -> Path:
    """The run that went on last with the load of the run in this directory: itself, or one that has resumed it."""
    load = Ledger.read(directory).load
    siblings = [path.parent for path in directory.parent.glob(f"*/{CLUSTER}") if Ledger.read(path.parent).load == load]
    return max(siblings, key=lambda path: read_manifest(path).started)


def write_checkpoint(directory: Path, phases_done: int) -> None:
    """Note that so many phases need not be done again."""
    write_json(directory / CHECKPOINT, {"phasesDone": phases_done})


def read_checkpoint(directory: Path) -> int:
    """How many phases are done."""
    path = directory / CHECKPOINT
    return int(read_json(path)["phasesDone"]) if path.is_file() else 0
