"""Objects of an API server, and readers of them, for tests of the strategies by which a kubelet gets them."""

from __future__ import annotations

from collections.abc import Sequence

from plimsoll.kube.resources import SECRETS
from plimsoll.simcluster.kubelet.needs import NeedsReader, PodNeeds, Reference
from plimsoll.simcluster.kubelet.objects import Failure, ObjectManager, ObjectRequests
from tests.simcluster.controlplane import ControlPlane

ROUND_TRIP_SECONDS = 0.1
"""What every request takes."""

SLOW = {
    "apiserver.readCpuSeconds": 0,
    "apiserver.listCpuSeconds": 0,
    "apiserver.watchCpuSeconds": 0,
    "apiserver.etcdReadSeconds": 0,
    "apiserver.networkSeconds": ROUND_TRIP_SECONDS,
}


class Reader:
    """An API server with some secrets, and pods that refer to them."""

    def __init__(self, *names: str, qps: float = 0.0, burst: int = 0) -> None:
        self.plane = ControlPlane(settings=SLOW)
        self.kernel = self.plane.kernel
        self.plane.namespace("ns")
        self.create(*names)
        self.requests = ObjectRequests(self.plane.user(qps=qps, burst=burst), self.plane.store)
        self.start_seconds = self.kernel.now
        self.heard: list[tuple[float, list[str]]] = []

    def create(self, *names: str) -> None:
        for name in names:
            self.plane.create(SECRETS, name, "ns")

    def read(self, manager: ObjectManager, needs: PodNeeds, *names: str) -> None:
        """Read some secrets; what came of it, and when, is added to ``heard``."""
        references: Sequence[Reference] = [("secrets", name) for name in names] or needs.mounted

        def done(failures: Sequence[Failure]) -> None:
            self.heard.append((self.now, [str(failure) for failure in failures]))

        manager.read("ns", needs, references, done)

    @property
    def now(self) -> float:
        return round(self.kernel.now - self.start_seconds, 6)

    def run(self, seconds: float) -> None:
        self.plane.run(seconds)

    def count(self, verb: str = "GET", code: int = 0) -> int:
        return self.plane.requests("user", verb, "secrets", code)


def needs_of(*names: str) -> PodNeeds:
    """What a pod needs that mounts these secrets."""
    volumes = [{"name": name, "secret": {"secretName": name}} for name in names]
    return NeedsReader().read({"containers": [{"name": "main"}], "volumes": volumes})
