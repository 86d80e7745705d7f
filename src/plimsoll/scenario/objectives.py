"""Objectives: ``podReady.p99 <= 5s``, parsed from a scenario and judged against what a run measured.

The grammar::

    objective  = metric comparison value
    metric     = name { "." name | "[" string "]" }          phase["Create secrets"], throttle.kubelet.max
    comparison = "<=" | "<" | ">=" | ">" | "==" | "!="
    value      = number "%" | number [ "k" | "M" | "G" ] | duration   100%, 0.5, 10k, 300ms, 1h30m

Durations are compared in seconds. A percentage is compared with the metric's ratio, which whoever measures provides
under the metric's name and ``.ratio``: ``pods.running == 100%`` reads ``pods.running.ratio``.
"""

from __future__ import annotations

import json
import math
import operator
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

from plimsoll.kube.durations import parse_duration
from plimsoll.scenario.nearest import did_you_mean

Unit = Literal["", "s", "%"]

_QUANTILES = "seconds: .p50 .p90 .p99 .max .mean, and .count"

METRICS: dict[str, str] = {
    "podScheduled": f"created → scheduled; {_QUANTILES}",
    "podKubeletRunning": f"created → Running inside the kubelet; {_QUANTILES}",
    "podKubeletReady": f"created → Ready inside the kubelet; {_QUANTILES}",
    "podRunning": f"created → Running as the API says; {_QUANTILES}",
    "podReady": f"created → Ready as the API says; {_QUANTILES}",
    "podStarting": f"scheduled → Running as the API says; {_QUANTILES}",
    "podStatusLag": f"Running inside the kubelet → Running as the API says; {_QUANTILES}",
    "podDeleted": f"deletion requested → gone; {_QUANTILES}",
    "stage": f"one step of a pod's way, e.g. stage.mounting; {_QUANTILES}",
    "pods": "pods .wanted .created .running .ready .failed; a number, or with % the part of those wanted;"
    " .antiAffinityViolated at most at a time",
    "podsPerMinute": "pods that became Running per minute; .best of all minutes; .created and .createdBest likewise",
    "containerCreating": "pods in ContainerCreating: .mean .max .littleRatio",
    "phase": 'seconds that a phase took, by its name: phase["Create secrets"]',
    "run": "the whole run: .seconds",
    "requests": "of a client, e.g. requests.kubelet: .count .errors .perSecond .peakPerSecond .steadyPerSecond",
    "latency": f"answer times of a client's requests, e.g. latency.driver; {_QUANTILES}",
    "throttle": f"waits in a client's own rate limiter, e.g. throttle.kubelet; {_QUANTILES}, and .total",
    "apiserver": "API servers: .refused requests, answered with 429; .refusedPerSecond .utilization .connectionsPerSecond"
    " .watchStartsPerSecond .watchEventsPerSecond .watches, each .mean .max; answer times by verb, e.g."
    " .latency.PATCH.mean .latency.PATCH.max; of priority levels .seatQueue .rejectedPerSecond, each .mean .max",
    "masters": "machines of the control plane: .utilization.mean .utilization.max; CPUs that a process uses, e.g."
    " .cpuCores.apiserver.mean .cpuCores.scheduler.max",
    "scheduler": "the scheduler: .algorithmSeconds of a cycle, .mean .max over sampling intervals",
    "kubelet": "any kubelet: .plegLastSeenSeconds .plegRelistSeconds .imagePullSeconds, each .mean .max",
    "database": "transactions of services: .transactions .conflicts .retries .failed, with % the part of all;"
    " .certificationFailures .bruteForceAborts .seconds.max",
    "dns": "look-ups of names: .lookups .failed, with % the part of all; .seconds with .mean .max and the .p99 of the worst"
    " interval; .refused.count .dropped.count .restarts .oomKills; .queriesPerSecond .memoryBytes .cpuCores, .max each",
    "migrations": "live migrations: .completed .failed, with % the part of all; .sendBitsPerSecond.max;"
    f" .seconds; {_QUANTILES}",
    "monitoring": "Prometheus: .memoryBytes.max .memoryBytes.mean .headSeries.max .restarts .querySeconds.max; .lost seconds"
    " without scrapes, and with % .history, the part of the run that can be asked about",
    "logs": "lines that a client has logged about its waits, e.g. logs.kubelet",
    "network": "bits per second of a node while data is exchanged: .sendMean .sendMin .sendMax .receiveMean .receiveMax",
    "work": "what pods really did, by kind, e.g. work.exchange: .complete .refused .bytesSent .firstConnectionSeconds.max,"
    f" .roundTrip; {_QUANTILES}",
}
"""What may be expected of a run: the first name of a metric, and what follows it."""

_COMPARISONS: dict[str, Callable[[float, float], bool]] = {
    "<=": operator.le,
    "<": operator.lt,
    ">=": operator.ge,
    ">": operator.gt,
    "==": operator.eq,
    "!=": operator.ne,
}
_MULTIPLES = {"": 1.0, "k": 1e3, "M": 1e6, "G": 1e9}
_NAME = r"[A-Za-z][A-Za-z0-9_-]*"
_STRING = r"""\[\s*(?:"(?:[^"\\]|\\.)*"|'[^']*')\s*\]"""
_METRIC = re.compile(rf"{_NAME}(?:\.{_NAME}|{_STRING})*")
_PART = re.compile(rf"\.?({_NAME})|({_STRING})")
_OBJECTIVE = re.compile(rf"\s*({_METRIC.pattern})\s*(<=|>=|==|!=|<|>)\s*([^\s=<>]\S*)\s*")
_NUMBER = re.compile(r"((?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d{1,3})?)([kMG%]?)")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a run made of an objective. ``value`` is None where the run did not measure the metric: then it is missed."""

    objective: Objective
    value: float | None
    met: bool
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Objective:
    """One expectation: ``metric`` in its canonical spelling, the comparison, and the limit in seconds, as ratio or as number."""

    metric: str
    comparison: str
    limit: float
    unit: Unit

    @property
    def key(self) -> str:
        """The name under which the measured number is looked up."""
        return f"{self.metric}.ratio" if self.unit == "%" else self.metric

    def judge(self, metrics: Mapping[str, float]) -> Outcome:
        """Compare with what was measured; a metric that was not measured is named, with those most like it."""
        value = metrics.get(self.key)
        if value is None or math.isnan(value):
            hint = did_you_mean(self.key, metrics)
            return Outcome(
                self, None, met=False, problem=f"the run has no metric {self.key!r}. {hint}".rstrip(". ") + "."
            )
        return Outcome(self, value, met=_COMPARISONS[self.comparison](value, self.limit))

    def __str__(self) -> str:
        return f"{self.metric} {self.comparison} {_spell(self.limit, self.unit)}"


def phase_metric(name: str) -> str:
    """The metric of a phase's duration, e.g. ``phase["Create secrets"]``."""
    return f"phase[{json.dumps(name)}]"


def parse_objective(text: str) -> Objective:
    """Parse one objective; ``ValueError`` says what is wrong with it."""
    match = _OBJECTIVE.fullmatch(text)
    if match is None:
        raise ValueError(f"{text!r} is no objective: write a metric, a comparison and a value, e.g. podReady.p99 <= 5s")
    metric = _canonical(match[1])
    family = re.split(r"[.\[]", metric, maxsplit=1)[0]
    if family not in METRICS:
        raise ValueError(f"there is no metric {family!r}. {did_you_mean(family, METRICS)}".rstrip(". "))
    limit, unit = _parse_value(match[3])
    return Objective(metric, match[2], limit, unit)


def _canonical(metric: str) -> str:
    parts = []
    for name, bracket in _PART.findall(metric):
        if name:
            parts.append(f".{name}")
            continue
        quoted = bracket[1:-1].strip()
        parts.append(f"[{json.dumps(quoted[1:-1] if quoted[0] == chr(39) else _unquote(quoted))}]")
    return "".join(parts)[1:]


def _unquote(quoted: str) -> str:
    try:
        return str(json.loads(quoted))
    except ValueError as error:
        raise ValueError(f"{quoted} is no string") from error


def _parse_value(text: str) -> tuple[float, Unit]:
    match = _NUMBER.fullmatch(text)
    if match is None:
        try:
            return parse_duration(text), "s"
        except ValueError as error:
            raise ValueError(f"{text!r} is no value: write a number, a percentage or a duration such as 5s") from error
    number = float(match[1])
    if not math.isfinite(number):
        raise ValueError(f"{text!r} is too large a number")
    if match[2] == "%":
        return number / 100, "%"
    return number * _MULTIPLES[match[2]], ""


def _spell(limit: float, unit: Unit) -> str:
    return f"{limit * 100!r}%" if unit == "%" else f"{limit!r}{unit}"
