"""ClusterBuster's job files (redhat-performance/clusterbuster), in their YAML form and their older line form.

Belongs here: reading both forms (``jobfile``), the names of all options (``options``), what those that matter to a
cluster become (``translation``). The objects are those that ClusterBuster's own dry run prints, in number and kind.
"""

from __future__ import annotations

from plimsoll.scenario.importers.clusterbuster.jobfile import looks_like_job_file, read_options
from plimsoll.scenario.importers.clusterbuster.translation import translate
from plimsoll.scenario.importers.imported import Imported

__all__ = ["read", "recognises"]


def recognises(text: str) -> bool:
    """Whether a text is a ClusterBuster job file rather than a scenario of ours."""
    return looks_like_job_file(text)


def read(text: str, file: str) -> Imported:
    """Translate a job file; ``InputError`` names unknown options and wrong values with their lines."""
    return translate(read_options(text, file), file)
