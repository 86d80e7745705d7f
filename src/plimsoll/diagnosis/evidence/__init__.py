"""Typed questions to an archive, as far as a real cluster could answer them: :class:`Evidence` leads to all of them.

Belongs here: a module per subject (pods, clients, series, events, logs, load, stations), whose questions have a unit and
an answer also where nothing was recorded.

Does not belong here: thresholds and judgements, which are the findings' own.
"""

from __future__ import annotations

from plimsoll.diagnosis.evidence.questions import Evidence

__all__ = ["Evidence"]
