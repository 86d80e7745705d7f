"""Other tools' load descriptions, accepted as they are.

An importer is one module with ``recognises(text) -> bool`` and ``read(text, file) -> Imported``; add it to ``IMPORTERS``.
It translates into the keys of our own YAML, so that the model validates what it made like what a user wrote.
"""

from __future__ import annotations

from plimsoll.scenario.importers import clusterbuster
from plimsoll.scenario.importers.imported import Imported

IMPORTERS = (clusterbuster,)


def import_foreign(text: str, file: str) -> Imported | None:
    """Read the text of another tool's file; None where it is none that we know."""
    for importer in IMPORTERS:
        if importer.recognises(text):
            return importer.read(text, file)
    return None
