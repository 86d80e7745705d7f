"""What the workers of a ClusterBuster workload do, where Plimsoll has a program for the like."""

from __future__ import annotations

from typing import Any

from plimsoll.scenario.importers.clusterbuster.settings import Settings


def workload_of(settings: Settings) -> dict[str, Any] | None:
    """The work of a worker; None where there is none that ends, or nothing like it."""
    seconds = settings.seconds("workloadruntime")
    work = _work(settings)
    return {**work, "seconds": seconds} if work and seconds else None


def _work(settings: Settings) -> dict[str, Any] | None:
    match settings.workload:
        case "sleep" | "synctest":
            return {"kind": "sleep"}
        case "cpusoaker":
            return {"kind": "cpuSoak"}
        case "memory" if size := settings.size("memorysize"):
            return {"kind": "memorySoak", "bytes": size}
        case "files":
            size, count = settings.size("filesize"), settings.integer("filesperdir", 0, minimum=0)
            return {"kind": "files", **({"fileBytes": size} if size else {}), **({"files": count} if count else {})}
        case "logger":
            size = settings.size("logbytesperline")
            return {"kind": "logger", **({"lineBytes": size} if size else {})}
    return None
