"""Other tools' load descriptions, accepted as they are.

An importer says whether a text is a file of its tool, and reads it; to add one, add it to ``IMPORTERS``. It translates into the keys of our own YAML, so that the model validates what it made like what a user wrote.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from plimsoll.scenario.importers import clusterbuster, kube_burner
from plimsoll.scenario.importers.imported import Imported


@dataclass(frozen=True, slots=True)
class Importer:
    """How files of one tool are told apart (by their text alone) and read (by text and the name for complaints)."""

    tool: str
    recognises: Callable[[str], bool]
    read: Callable[[str, str], Imported]


IMPORTERS = (
    Importer("kube-burner", kube_burner.looks_like_configuration, kube_burner.read),
    Importer("ClusterBuster", clusterbuster.recognises, clusterbuster.read),
)


def import_foreign(text: str, file: str) -> Imported | None:
    """Read the text of another tool's file; None where it is none that we know."""
    for importer in IMPORTERS:
        if importer.recognises(text):
            return importer.read(text, file)
    return None
