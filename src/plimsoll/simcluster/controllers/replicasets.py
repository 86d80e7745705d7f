"""A deployment's replica sets: which is the new one, how large each may be, and what their annotations say.

Pure functions of the objects (pkg/controller/deployment/util). Sizes are numbers of pods.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, NamedTuple

from plimsoll.simcluster.controllers.intorpercent import scaled_value
from plimsoll.simcluster.controllers.templates import same_template

if TYPE_CHECKING:
    from plimsoll.kube.resources import Object

REVISION = "deployment.kubernetes.io/revision"
REVISION_HISTORY = "deployment.kubernetes.io/revision-history"
DESIRED_REPLICAS = "deployment.kubernetes.io/desired-replicas"
MAX_REPLICAS = "deployment.kubernetes.io/max-replicas"

_NOT_COPIED = frozenset(
    {
        "kubectl.kubernetes.io/last-applied-configuration",
        REVISION,
        REVISION_HISTORY,
        DESIRED_REPLICAS,
        MAX_REPLICAS,
        "deprecated.deployment.rollback.to",
    }
)
"""Annotations of a deployment that its replica sets do not get."""

LONGEST_HISTORY = 2000
"""Characters of the revision history annotation."""

DEFAULT_FENCE = "25%"
"""``maxSurge`` and ``maxUnavailable`` where a deployment names none (pkg/apis/apps/v1/defaults.go)."""


class Fences(NamedTuple):
    """How far a rolling update may go beyond, and fall short of, the number of replicas."""

    surge: int
    unavailable: int


def replicas_of(workload: Object) -> int:
    """How many pods a workload is to have."""
    return int(workload["spec"].get("replicas", 1))


def is_rolling(deployment: Object) -> bool:
    """Whether the deployment is updated pod by pod; the alternative is Recreate."""
    strategy = deployment["spec"].get("strategy") or {}
    return bool(strategy.get("type", "RollingUpdate") == "RollingUpdate")


def fences(deployment: Object) -> Fences:
    """The deployment's limits; both zero would never get anywhere, so that one may then be unavailable."""
    replicas = replicas_of(deployment)
    if not is_rolling(deployment):
        return Fences(0, 0)
    rolling = (deployment["spec"].get("strategy") or {}).get("rollingUpdate") or {}
    surge = scaled_value(rolling.get("maxSurge", DEFAULT_FENCE), replicas, round_up=True)
    unavailable = scaled_value(rolling.get("maxUnavailable", DEFAULT_FENCE), replicas, round_up=False)
    if not surge and not unavailable:
        unavailable = 1
    return Fences(surge, min(unavailable, replicas))


def age_order(replica_set: Object) -> tuple[str, str]:
    """Sorts replica sets from the oldest to the youngest."""
    metadata = replica_set["metadata"]
    return metadata["creationTimestamp"], metadata["name"]


def find_new(deployment: Object, sets: Iterable[Object]) -> Object | None:
    """The replica set whose template is the deployment's; the oldest, should there be several."""
    template = deployment["spec"]["template"]
    return next((one for one in sorted(sets, key=age_order) if same_template(one["spec"]["template"], template)), None)


def revision_of(replica_set: Object) -> int:
    """The revision that a replica set was given; 0 where it has none."""
    text = (replica_set["metadata"].get("annotations") or {}).get(REVISION, "0")
    return int(text) if text.isdigit() else 0


def annotation_number(replica_set: Object, name: str) -> int | None:
    """A number that the controller keeps in an annotation."""
    text = (replica_set["metadata"].get("annotations") or {}).get(name, "")
    return int(text) if text.isdigit() else None


def replica_annotations(deployment: Object) -> dict[str, str]:
    """What a replica set remembers of the deployment's size, to notice when that changes."""
    replicas = replicas_of(deployment)
    return {DESIRED_REPLICAS: str(replicas), MAX_REPLICAS: str(replicas + fences(deployment).surge)}


def set_annotations(deployment: Object, present: dict[str, str], revision: int) -> dict[str, str]:
    """The annotations of the new replica set: the deployment's, and a revision above all old ones.

    One that gets a new revision though it had one is rolled back to: its old revision goes into its history.
    """
    annotations = dict(present)
    copied = deployment["metadata"].get("annotations") or {}
    annotations.update({key: value for key, value in copied.items() if key not in _NOT_COPIED})
    old = annotations.get(REVISION)
    number = int(old) if old and old.isdigit() else 0
    if number >= revision:
        return annotations
    annotations[REVISION] = str(revision)
    if old:
        history = [one for one in annotations.get(REVISION_HISTORY, "").split(",") if one]
        history.append(old)
        while len(",".join(history)) > LONGEST_HISTORY:
            history.pop(0)
        annotations[REVISION_HISTORY] = ",".join(history)
    return annotations


def total_replicas(sets: Iterable[Object]) -> int:
    """How many pods these sets are to have together."""
    return sum(replicas_of(one) for one in sets)


def total_status(sets: Iterable[Object], count: str) -> int:
    """The sum of one of the counts in the statuses of these sets."""
    return sum((one.get("status") or {}).get(count, 0) for one in sets)


def active(sets: Iterable[Object]) -> list[Object]:
    """The sets that are to have pods."""
    return [one for one in sets if replicas_of(one) > 0]


def new_size(deployment: Object, sets: Sequence[Object], present: int) -> int:
    """How large the new set, which is to have ``present`` pods now, may be while the others are as they are."""
    wanted = replicas_of(deployment)
    if not is_rolling(deployment):
        return wanted
    room = wanted + fences(deployment).surge - total_replicas(sets)
    return present if room <= 0 else present + min(room, wanted - present)


def active_or_latest(new: Object | None, old: Sequence[Object]) -> Object | None:
    """The only set with pods, or the newest where none has any; None where several have."""
    everything = [*old, *([new] if new is not None else [])]
    living = active(everything)
    if len(living) == 1:
        return living[0]
    if living or not everything:
        return None
    return new if new is not None else max(old, key=age_order)


def is_saturated(deployment: Object, replica_set: Object | None) -> bool:
    """Whether the set has all the deployment's pods, all available."""
    if replica_set is None:
        return False
    wanted = replicas_of(deployment)
    return (
        replicas_of(replica_set) == wanted == annotation_number(replica_set, DESIRED_REPLICAS)
        and total_status([replica_set], "availableReplicas") == wanted
    )


def proportional_sizes(deployment: Object, sets: Iterable[Object]) -> list[tuple[Object, int]]:
    """How large each active set is to be after the deployment was scaled in the middle of a rollout.

    What is to be added or taken away is shared out by size; what rounding leaves goes to the largest.
    """
    wanted = replicas_of(deployment)
    allowed = wanted + fences(deployment).surge if wanted else 0
    living = active(sets)
    to_add = allowed - total_replicas(living)
    if to_add > 0:  # of sets of one size the newer comes first; where pods go, the older does
        living = sorted(sorted(living, key=age_order, reverse=True), key=replicas_of, reverse=True)
    elif to_add < 0:
        living = sorted(sorted(living, key=age_order), key=replicas_of, reverse=True)
    sizes, added = [], 0
    for one in living:
        share = _share(deployment, one, to_add, to_add - added)
        sizes.append(replicas_of(one) + share)
        added += share
    if sizes and to_add:
        sizes[0] = max(sizes[0] + to_add - added, 0)
    return list(zip(living, sizes, strict=True))


def _share(deployment: Object, replica_set: Object, to_add: int, left: int) -> int:
    """The part of a change of the whole that falls to one set."""
    size = replicas_of(replica_set)
    if not size or not to_add or not left:
        return 0
    wanted = replicas_of(deployment)
    if not wanted:
        share = -size
    else:
        before = annotation_number(replica_set, MAX_REPLICAS) or (deployment.get("status") or {}).get("replicas", 0)
        if not before:
            return 0
        share = math.floor(size * (wanted + fences(deployment).surge) / before + 0.5) - size
    return min(share, left) if to_add > 0 else max(share, left)


def cleanable(deployment: Object, old: Iterable[Object]) -> list[Object]:
    """The oldest of the sets that are kept for rollbacks, as many as there are too many of."""
    limit = deployment["spec"].get("revisionHistoryLimit", 10)
    candidates = sorted((one for one in old if "deletionTimestamp" not in one["metadata"]), key=revision_of)
    surplus = candidates[: max(len(candidates) - limit, 0)]
    return [one for one in surplus if _is_idle(one)]


def _is_idle(replica_set: Object) -> bool:
    status = replica_set.get("status") or {}
    generation = replica_set["metadata"].get("generation", 0)
    return (
        not status.get("replicas")
        and not replicas_of(replica_set)
        and generation <= status.get("observedGeneration", 0)
    )
