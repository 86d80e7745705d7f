"""What the API itself says about when a pod passed its milestones: timestamps of whole seconds on the cluster's clock.

A watcher sees a change to the millisecond, but late by the way to it; the API wrote a time down at once, but cut it to
seconds, and by another clock. Neither is the truth, so an archive has both.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from plimsoll.kube.timestamps import parse_rfc3339
from plimsoll.observe import timelines

if TYPE_CHECKING:
    from collections.abc import Iterator

    from plimsoll.kube.resources import Object
    from plimsoll.telemetry import Telemetry


class Stamp(StrEnum):
    """Rows of the milestones table by the cluster's clock, which its offset has not been taken from."""

    CREATED = "stampCreated"
    """``metadata.creationTimestamp``."""
    SCHEDULED = "stampScheduled"
    """When condition PodScheduled became true."""
    STARTED = "stampStarted"
    """When the last of the containers started."""
    READY = "stampReady"
    """When condition Ready became true."""
    DELETION = "stampDeletion"
    """When the deletion was asked for: ``deletionTimestamp`` less the grace period."""


class Stamps:
    """Reports the API's timestamps. ``epoch_seconds`` is the Unix time of second zero by our wall clock."""

    def __init__(self, telemetry: Telemetry, epoch_seconds: float) -> None:
        self._telemetry = telemetry
        self._epoch_seconds = epoch_seconds

    def first_sight(self, uid: str, pod: Object) -> None:
        """A pod is seen for the first time."""
        self._report(uid, Stamp.CREATED, pod["metadata"].get("creationTimestamp"))

    def news(self, uid: str, pod: Object, passed: int) -> None:
        """A pod has passed these milestones (bits of :mod:`plimsoll.observe.timelines`)."""
        if passed & timelines.PASSED_SCHEDULED:
            self._report(uid, Stamp.SCHEDULED, _condition(pod, "PodScheduled"))
        if passed & timelines.PASSED_RUNNING:
            self._report(uid, Stamp.STARTED, max(_starts(pod), default=None))
        if passed & timelines.PASSED_READY:
            self._report(uid, Stamp.READY, _condition(pod, "Ready"))
        if passed & timelines.PASSED_DELETION:
            metadata = pod["metadata"]
            grace_seconds = metadata.get("deletionGracePeriodSeconds") or 0
            self._report(uid, Stamp.DELETION, metadata.get("deletionTimestamp"), -grace_seconds)

    def _report(self, uid: str, stamp: Stamp, text: str | None, shift_seconds: float = 0.0) -> None:
        seconds = parse_rfc3339(text) if text else None
        if seconds is not None:
            self._telemetry.milestone(seconds + shift_seconds - self._epoch_seconds, uid, stamp)


def _condition(pod: Object, kind: str) -> str | None:
    for condition in pod["status"].get("conditions", ()):
        if condition["type"] == kind and condition["status"] == "True":
            moment: str | None = condition.get("lastTransitionTime")
            return moment
    return None


def _starts(pod: Object) -> Iterator[str]:
    """RFC 3339 in one zone sorts by time."""
    for container in pod["status"].get("containerStatuses", ()):
        state = container.get("state", {})
        started = (state.get("running") or state.get("terminated") or {}).get("startedAt")
        if started:
            yield started
