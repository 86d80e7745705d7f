from __future__ import annotations

from collections import Counter
from itertools import pairwise
from typing import Any

import pytest

from plimsoll.kube.resources import PODS, Object
from plimsoll.simcluster.kubelet.status import StatusManager
from plimsoll.simcluster.kubelet.statusqueue import Reporting
from tests.simcluster.controlplane import ControlPlane
from tests.simcluster.kubelet.reading import SLOW

OLD = {"kubelet.statusUpdatesByChannel": True, "kubelet.patchUnchangedStatus": True}
"""As up to 1.17."""


class Manager:
    """A status manager whose requests take 0.1 s each, and its pods."""

    def __init__(self, settings: dict[str, Any] | None = None, *, qps: float = 0.0, burst: int = 0) -> None:
        writes = {"apiserver.writeCpuSeconds": 0, "apiserver.etcdWriteSeconds": 0}
        self.plane = ControlPlane(settings={**SLOW, **writes, **(settings or {})})
        self.plane.machines.dead.add("node-0")  # nobody else is to change these pods
        self.plane.namespace("ns")
        client = self.plane.user(qps=qps, burst=burst)
        random = self.plane.streams.stream("statuses")
        self.manager = StatusManager(self.plane.kernel, self.plane.api, client, random, self.plane.profile.kubelet)
        self.seen: list[tuple[float, str, str]] = []
        self.plane.pods.watchers.append(
            lambda change: self.seen.append(
                (self.now, change.object["metadata"]["name"], change.object["status"].get("phase", ""))
            )
        )
        self.start_seconds = self.plane.kernel.now

    @property
    def now(self) -> float:
        delivery = self.plane.profile.apiserver.watch_delivery_seconds
        return round(self.plane.kernel.now - self.start_seconds - delivery, 6)

    def pod(self, name: str) -> Reporting:
        stored = self.plane.pod(name, nodeName="node-0")
        self.plane.run(0.005)
        self.seen.clear()
        self.start_seconds = self.plane.kernel.now
        return Reporting("ns", name, stored["metadata"]["uid"])

    def set(self, pod: Reporting, phase: str) -> Object:
        status = {"phase": phase}
        self.manager.set_status(pod, status)
        return status

    def requests(self) -> Counter[str]:
        self.plane.requests()
        rows = [row for row in self.plane.telemetry.rows if row.measure == "latency"]
        counts: Counter[str] = Counter()
        for row in rows:
            counts[f"{row.verb} {row.code}"] += row.count
        return counts


def test_a_status_costs_a_get_and_a_patch_one_after_the_other() -> None:
    manager = Manager()
    manager.set(manager.pod("a"), "Running")
    manager.plane.run(5.0)

    assert manager.seen == [(0.2, "a", "Running")]
    assert manager.requests() == {"GET 200": 1, "PATCH 200": 1}
    assert manager.manager.waiting == 0


def test_pods_are_served_one_at_a_time() -> None:
    manager = Manager(OLD)
    pods = [manager.pod(name) for name in "abc"]
    for pod in pods:
        manager.set(pod, "Running")
    assert manager.manager.waiting == 3
    manager.plane.run(5.0)

    assert manager.seen == [(0.2, "a", "Running"), (0.4, "b", "Running"), (0.6, "c", "Running")]


def test_a_throttled_manager_brings_one_status_per_two_waits() -> None:
    manager = Manager(OLD, qps=0.5, burst=1)
    pods = [manager.pod(name) for name in "abcd"]
    for pod in pods:
        manager.set(pod, "Running")
    manager.plane.run(100.0)

    times = [seconds for seconds, _, _ in manager.seen]
    assert [later - earlier for earlier, later in pairwise(times)] == pytest.approx([4.0] * 3)


def test_the_latest_status_wins_while_another_pod_is_served() -> None:
    manager = Manager()
    first, second = manager.pod("a"), manager.pod("b")
    manager.set(first, "Pending")
    manager.set(second, "Pending")
    manager.set(second, "Running")
    manager.plane.run(5.0)

    assert manager.seen == [(0.2, "a", "Pending"), (0.4, "b", "Running")]


def test_a_status_that_comes_while_an_older_one_is_sent_follows_it() -> None:
    manager = Manager()
    pod = manager.pod("a")
    manager.set(pod, "Pending")
    manager.plane.run(0.15)
    manager.set(pod, "Running")
    manager.plane.run(5.0)

    assert manager.seen == [(0.2, "a", "Pending"), (0.4, "a", "Running")]


@pytest.mark.parametrize(("settings", "patches"), [({}, 1), (OLD, 2)], ids=["since 1.18", "before"])
def test_a_status_the_api_server_has_already_is_not_patched_again_in_recent_versions(
    settings: dict[str, Any], patches: int
) -> None:
    manager = Manager(settings)
    pod = manager.pod("a")
    status = manager.set(pod, "Running")
    manager.plane.run(5.0)
    manager.manager.set_status(pod, status)
    manager.plane.run(5.0)

    assert manager.requests() == {"GET 200": 2, "PATCH 200": patches}
    assert len(manager.seen) == 1
    assert manager.manager.waiting == 0


def test_the_last_status_of_a_pod_that_goes_is_followed_by_its_deletion() -> None:
    manager = Manager()
    pod = manager.pod("a")
    pod.deletable = True
    manager.set(pod, "Failed")
    manager.plane.run(5.0)

    assert manager.requests() == {"GET 200": 1, "PATCH 200": 1, "DELETE 200": 1}
    assert manager.plane.pods.find("ns", "a") is None


def test_a_pod_that_is_gone_from_the_api_costs_one_get_that_finds_nothing() -> None:
    manager = Manager()
    pod, other = manager.pod("a"), manager.pod("b")
    manager.plane.pods.remove(manager.plane.get(PODS, "a", "ns"))
    manager.set(pod, "Running")
    manager.set(other, "Running")
    manager.plane.run(5.0)

    assert manager.requests() == {"GET 404": 1, "GET 200": 1, "PATCH 200": 1}
    assert manager.manager.waiting == 0


def test_a_pod_of_the_same_name_does_not_get_its_predecessor_s_status() -> None:
    manager = Manager()
    pod = manager.pod("a")
    manager.set(pod, "Running")
    manager.plane.run(0.15)
    manager.plane.pods.remove(manager.plane.get(PODS, "a", "ns"))
    manager.plane.pod("a", nodeName="node-0")
    manager.plane.run(5.0)

    assert manager.plane.get(PODS, "a", "ns")["status"]["phase"] == "Pending"
    assert manager.requests() == {"GET 200": 1, "PATCH 404": 1}


def test_nothing_more_is_sent_about_a_forgotten_pod() -> None:
    manager = Manager(OLD)
    pods = [manager.pod(name) for name in "ab"]
    for pod in pods:
        manager.set(pod, "Running")
    manager.plane.run(0.05)
    manager.manager.forget(pods[0])
    manager.plane.run(5.0)

    assert [name for _, name, _ in manager.seen] == ["b"]


def test_a_stopped_manager_sends_nothing_more() -> None:
    manager = Manager()
    for name in "abc":
        manager.set(manager.pod(name), "Running")
    manager.plane.run(0.05)
    manager.manager.stop()
    manager.plane.run(5.0)

    assert [phase for _, _, phase in manager.seen] == []
    assert manager.manager.waiting == 0


def test_statuses_that_found_the_channel_full_are_sent_at_the_next_pass() -> None:
    manager = Manager({**OLD, "apiserver.networkSeconds": 0})
    pods = [manager.pod(f"pod-{index}") for index in range(1003)]
    for pod in pods:
        manager.set(pod, "Running")
    manager.plane.run(11.0)

    assert manager.plane.phases() == {"Running": 1003}
    assert manager.requests()["PATCH 200"] == 1003
