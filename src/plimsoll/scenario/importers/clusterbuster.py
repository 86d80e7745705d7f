"""ClusterBuster's job files (redhat-performance/clusterbuster), in their YAML form and their older line form."""

from __future__ import annotations

from plimsoll.scenario.importers.imported import Imported


def recognises(text: str) -> bool:
    return False


def read(text: str, file: str) -> Imported:
    raise NotImplementedError
