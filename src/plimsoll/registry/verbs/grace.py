"""Graceful deletion: how long what is deleted may take to stop (registry/rest/delete.go; core/pod/strategy.go)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plimsoll.kube.timestamps import rfc3339, unix_seconds

if TYPE_CHECKING:
    from plimsoll.kube.resources import Object
    from plimsoll.registry.identity import Identity
    from plimsoll.registry.options import DeleteOptions
    from plimsoll.registry.strategies.traits import Traits

FINISHED = frozenset({"Succeeded", "Failed"})


def begin_grace(traits: Traits, value: Object, options: DeleteOptions, identity: Identity) -> tuple[bool, bool, int]:
    """Date the deletion of an object that has a period of grace; ``value`` has metadata of its own, which change.

    Returns whether the object is deleted gracefully, whether it is being deleted already and nothing changes, and the
    period in seconds.
    """
    if not traits.graceful:
        return False, False, 0
    metadata = value["metadata"]
    if "deletionTimestamp" in metadata:
        return _shorten(metadata, options, identity)
    seconds = _grace_seconds(value, options)
    metadata["deletionTimestamp"] = identity.after(seconds)
    metadata["deletionGracePeriodSeconds"] = seconds
    if metadata.get("generation", 0) > 0:
        metadata["generation"] += 1
    return True, False, seconds


def _shorten(metadata: Object, options: DeleteOptions, identity: Identity) -> tuple[bool, bool, int]:
    """A deletion that is asked for again can only come sooner."""
    present = metadata.get("deletionGracePeriodSeconds", 0)
    if present == 0:
        return False, False, 0
    wanted = options.grace_seconds
    if wanted is not None and wanted < 0:
        wanted = 1
    if wanted is None or wanted >= present:
        return False, True, present
    due = unix_seconds(metadata["deletionTimestamp"]) - present + wanted
    now = int(identity.now_seconds)
    if due < now:
        due, wanted = now, min(wanted, 1)
    metadata["deletionTimestamp"] = rfc3339(due)
    metadata["deletionGracePeriodSeconds"] = wanted
    return True, False, wanted


def _grace_seconds(pod: Object, options: DeleteOptions) -> int:
    """How long a pod may take to stop; nothing where no kubelet has anything to stop."""
    spec = pod.get("spec", {})
    seconds = options.grace_seconds
    if seconds is None:
        seconds = spec.get("terminationGracePeriodSeconds", 0)
    elif seconds < 0:
        seconds = 1
    if not spec.get("nodeName") or pod.get("status", {}).get("phase") in FINISHED:
        return 0
    return int(seconds) if seconds >= 0 else 1
