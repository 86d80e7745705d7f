"""``docs/findings.md`` from the catalogue of findings."""

from __future__ import annotations

from plimsoll.diagnosis.catalogue import load_findings
from plimsoll.diagnosis.finding import Finding, Remedy
from scripts.reference.markdown import anchor, code, notice, page, prose, table

INTRODUCTION = """\
What [`plimsoll diagnose`](diagnosis.md) can find. `plimsoll explain CODE` prints the same. Nothing here is concluded from the
inside of the simulation: each finding asks only for what a real cluster shows."""

WORKED_OUT = "worked out from the run"


def findings_page() -> str:
    """Return the page."""
    findings = load_findings()
    rows = [(f"[{one.code}](#{anchor(_title(one))})", one.name, one.severity, one.claim) for one in findings]
    return page(
        notice("`plimsoll.diagnosis.catalogue`"),
        "# Findings",
        INTRODUCTION,
        table(("Code", "Name", "Severity", "Claim"), rows),
        *(block for one in findings for block in _section(one)),
    )


def _title(finding: Finding) -> str:
    return f"{finding.code} {finding.name}"


def _section(finding: Finding) -> list[str]:
    thresholds = [
        (threshold.name, f"{threshold.value:g} {threshold.unit}", threshold.reason) for threshold in finding.thresholds
    ]
    remedies = list(dict.fromkeys(_remedy(remedy) for remedy in finding.remedies.values()))
    symptom = f"A symptom of {', '.join(finding.symptom_of)}, where those are found too." if finding.symptom_of else ""
    return [
        f"## {_title(finding)}",
        finding.claim,
        prose(finding.background),
        f"**Evidence.** {'; '.join(_asked(asked) for asked in finding.asks)}.",
        table(("Threshold", "Value", "Because"), thresholds),
        *(f"**Remedy.** {remedy}" for remedy in remedies),
        f"**Does not apply when.** {finding.not_when}",
        f"**To measure.** {finding.measure_if_unsure}",
        symptom,
        "**Sources.** " + "; ".join(_source(source) for source in finding.sources),
    ]


def _asked(asked: str) -> str:
    return asked if " " in asked else code(asked)


def _remedy(remedy: Remedy) -> str:
    settings = ", ".join(
        f"`{name}`: {WORKED_OUT if callable(value) else value}" for name, value in remedy.settings.items()
    )
    return f"{remedy.text} ({settings})" if settings else remedy.text


def _source(source: str) -> str:
    url, _, rest = source.partition(" ")
    return f"<{url}> {rest}".rstrip() if url.startswith("http") else source
