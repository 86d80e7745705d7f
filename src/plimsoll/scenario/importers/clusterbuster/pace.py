"""How fast ClusterBuster creates objects: processes of ``oc`` in parallel, each with so many objects."""

from __future__ import annotations

from typing import Any

from plimsoll.scenario.importers.clusterbuster.settings import Settings

OC_CALL_SECONDS = 0.36
"""Start-up time of one ``oc`` process, calibrated from one published duration: see the gallery's 500-pods-per-node."""


def common_pace(settings: Settings) -> dict[str, Any]:
    """The pace of all objects that have none of their own."""
    return {
        "objectsPerCall": settings.integer("objectspercall", 1),
        "parallelism": settings.integer("parallel", 1),
        "callSeconds": OC_CALL_SECONDS + settings.seconds("sleep"),
    }


def own_pace(settings: Settings, objects: str) -> dict[str, Any]:
    """The field ``pace`` of secrets, config maps or deployments, if the job file gives them one."""
    objects_per_call, parallel, sleep = f"objectspercall{objects}", f"parallel{objects}", f"sleepbetween{objects}"
    if not any(name in settings for name in (objects_per_call, parallel, sleep)):
        return {}
    common = common_pace(settings)
    pace = {
        "objectsPerCall": settings.integer(objects_per_call, 0, minimum=0) or common["objectsPerCall"],
        "parallelism": settings.integer(parallel, 0, minimum=0) or common["parallelism"],
        "callSeconds": OC_CALL_SECONDS + (settings.seconds(sleep) or settings.seconds("sleep")),
    }
    return {"pace": pace}
