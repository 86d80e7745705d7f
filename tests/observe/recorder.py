"""A telemetry that remembers what it was told about pods and gauges."""

from __future__ import annotations

from plimsoll.telemetry import NullTelemetry


class Recorder(NullTelemetry):
    def __init__(self) -> None:
        self.pods: list[tuple[str, str]] = []
        self.nodes: dict[str, str] = {}
        self.milestones: list[tuple[float, str, str]] = []
        self.samples: list[tuple[float, str, float]] = []
        self.phases: list[tuple[str, float, float]] = []
        self.logs: list[str] = []

    def pod(self, uid: str, namespace: str, name: str, job: str, created_seconds: float) -> None:
        self.pods.append((name, job))

    def pod_node(self, uid: str, node: str) -> None:
        self.nodes[uid] = node

    def milestone(self, seconds: float, uid: str, milestone: str) -> None:
        self.milestones.append((seconds, uid, str(milestone)))

    def sample(self, seconds: float, series: str, instance: str, value: float) -> None:
        self.samples.append((seconds, series, value))

    def phase(self, name: str, started_seconds: float, ended_seconds: float) -> None:
        self.phases.append((name, started_seconds, ended_seconds))

    def log(self, seconds: float, component: str, instance: str, verbosity: int, message: str) -> None:
        self.logs.append(message)
