"""``docs/conformance.md`` from the recorded exchanges and the list of what deviates."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from scripts.reference.markdown import notice, page, table

DATA = Path(__file__).parent.parent.parent / "tests" / "data" / "conformance"
LEVELS = ("P0", "P1", "P2")

INTRODUCTION = """\
`plimsoll serve` answers as a Kubernetes 1.36 API server does. What that server answered was recorded, request by request,
and `tests/conformance` replays the recordings on a served cluster: every answer is compared in full, with status, headers
and the words of refusals. Uids, times and resource versions may be others, but must be the same wherever they were.

Steps are P0 where every client needs them, P1 where kubectl, controllers and operators do, P2 where it is nice to have."""

DEVIATING = """\
These steps are not met. The test fails for a step that is not met and not listed here, and for one that is listed and met."""

BEYOND = """\
Beyond the recordings, these parts of a real server are missing or simpler:

- Bodies may be JSON, YAML or protobuf, answers are JSON or YAML. CBOR is answered with 415.
- Admission webhooks, validating admission policies and Pod Security are not evaluated; the objects that configure them
  are stored.
- Custom resources are converted by the strategy `None`; webhooks are not called.
- Aggregated API servers are listed, not called. `metrics.k8s.io` is answered by the simulation.
- Addresses of services are IPv4. `IPAddress` and `ServiceCIDR` objects do not follow the services.
- Tokens of service accounts are valid for as long as the server runs."""


def conformance_page() -> str:
    """Return the page."""
    paths = [path for part in ("transcripts", "more") for path in sorted((DATA / part).glob("*.json"))]
    transcripts = [json.loads(path.read_text("utf-8")) for path in paths]
    deviations = json.loads((DATA / "deviations.json").read_text("utf-8"))
    missed = Counter(entry["transcript"] for entry in deviations)
    rows = [
        (f"`{each['name']}`", each["title"], *_counts(each), str(missed[each["name"]] or "")) for each in transcripts
    ]
    return page(
        notice("`tests/data/conformance`"),
        "# Conformance",
        INTRODUCTION,
        _summary(transcripts, deviations),
        "## Deviations",
        DEVIATING,
        table(("Transcript", "Step", "Reason"), [(f"`{e['transcript']}`", e["step"], e["reason"]) for e in deviations]),
        BEYOND,
        "## Transcripts",
        table(("Transcript", "About", *LEVELS, "Not met"), rows),
    )


def _steps(transcript: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    for step in transcript["steps"]:
        yield step
        yield from (inner for inner in step.get("during", ()) if "level" in inner)


def _counts(transcript: Mapping[str, Any]) -> tuple[str, ...]:
    counted = Counter(step["level"] for step in _steps(transcript))
    return tuple(str(counted[level] or "") for level in LEVELS)


def _summary(transcripts: list[dict[str, Any]], deviations: list[dict[str, str]]) -> str:
    listed = {(entry["transcript"], entry["step"]) for entry in deviations}
    total: Counter[str] = Counter()
    missed: Counter[str] = Counter()
    for transcript in transcripts:
        for step in _steps(transcript):
            total[step["level"]] += 1
            missed[step["level"]] += (transcript["name"], step.get("name", "")) in listed
    rows = [
        (
            level,
            str(total[level]),
            str(total[level] - missed[level]),
            f"{100 * (1 - missed[level] / total[level]):.1f} %",
        )
        for level in LEVELS
    ]
    return table(("Level", "Steps", "Met", "Share"), rows)
