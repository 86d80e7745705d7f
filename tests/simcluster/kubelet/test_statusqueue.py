from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from plimsoll.kernel import Streams
from plimsoll.simcluster.kubelet.statusqueue import CHANNEL_PLACES, ChannelQueue, PassQueue, Reporting

TICK_SECONDS = 10.0


class Statuses:
    """Pods with statuses that are sent as a status manager sends them."""

    def __init__(self, *, channel: bool) -> None:
        self.unsent: dict[str, Reporting] = {}
        random = Streams(1).stream("statuses")
        self.queue = ChannelQueue(self.unsent, random, TICK_SECONDS) if channel else PassQueue(self.unsent, random)
        self.pods: dict[str, Reporting] = {}

    def set(self, uid: str, phase: str) -> None:
        pod = self.pods.setdefault(uid, Reporting("ns", uid, uid))
        pod.status = {"phase": phase}
        pod.version += 1
        self.unsent[uid] = pod
        self.queue.push(pod)

    def send(self, now: float) -> tuple[str, str] | None:
        update = self.queue.pop(now)
        if update is None:
            return None
        pod, version, status = update
        assert version > pod.sent
        pod.sent = version
        if pod.version == version:
            del self.unsent[pod.uid]
        return pod.uid, status["phase"]

    def send_all(self, now: float) -> list[tuple[str, str]]:
        return list(iter(lambda: self.send(now), None))


def test_a_pass_sends_what_statuses_were_when_it_began() -> None:
    statuses = Statuses(channel=False)
    statuses.set("a", "Pending")
    statuses.set("b", "Pending")
    first = statuses.send(0.0)
    assert first is not None
    other = "b" if first[0] == "a" else "a"
    statuses.set(other, "Running")

    assert statuses.send(1.0) == (other, "Pending")
    assert statuses.send(2.0) == (other, "Running")
    assert statuses.send(3.0) is None


def test_what_is_overtaken_before_its_pass_begins_is_never_sent() -> None:
    statuses = Statuses(channel=False)
    statuses.set("a", "Pending")
    statuses.set("a", "Running")

    assert statuses.send_all(0.0) == [("a", "Running")]


def test_a_pass_has_no_particular_order() -> None:
    statuses = Statuses(channel=False)
    names = [f"pod-{index}" for index in range(50)]
    for name in names:
        statuses.set(name, "Pending")

    sent = [uid for uid, _ in statuses.send_all(0.0)]
    assert sorted(sent) == sorted(names)
    assert sent != names


def test_a_channel_keeps_every_update_in_order() -> None:
    statuses = Statuses(channel=True)
    for name in "abc":
        statuses.set(name, "Pending")
    statuses.set("a", "Running")

    assert statuses.send_all(1.0) == [("a", "Pending"), ("b", "Pending"), ("c", "Pending"), ("a", "Running")]


def test_a_pass_at_a_tick_sends_the_latest_and_what_the_channel_holds_is_then_outdated() -> None:
    statuses = Statuses(channel=True)
    statuses.set("a", "Pending")
    statuses.set("a", "Running")
    while statuses.queue._tick == 0:  # type: ignore[attr-defined]  # select may take the channel first
        statuses.set("b", "Pending")
        statuses.set("b", "Running")
        statuses.send(TICK_SECONDS)

    assert ("a", "Pending") not in statuses.send_all(TICK_SECONDS)


def test_between_ticks_there_is_no_pass() -> None:
    statuses = Statuses(channel=True)
    statuses.send_all(TICK_SECONDS)
    statuses.set("a", "Pending")
    statuses.set("a", "Running")

    assert statuses.send_all(TICK_SECONDS + 1) == [("a", "Pending"), ("a", "Running")]


def test_what_finds_the_channel_full_waits_for_the_next_tick() -> None:
    statuses = Statuses(channel=True)
    for index in range(CHANNEL_PLACES + 1):
        statuses.set(f"pod-{index}", "Pending")

    assert len(statuses.send_all(1.0)) == CHANNEL_PLACES
    assert statuses.queue.due_seconds(1.0) == TICK_SECONDS
    assert statuses.send_all(TICK_SECONDS) == [(f"pod-{CHANNEL_PLACES}", "Pending")]
    assert statuses.queue.due_seconds(TICK_SECONDS) is None


def test_nothing_is_sent_about_forgotten_pods() -> None:
    for channel in (False, True):
        statuses = Statuses(channel=channel)
        for name in "abc":
            statuses.set(name, "Pending")
        statuses.send(1.0)
        for uid in list(statuses.unsent):
            del statuses.unsent[uid]
        assert statuses.send(2.0) is None


@given(
    channel=st.booleans(),
    steps=st.lists(st.one_of(st.none(), st.tuples(st.sampled_from("abcd"), st.sampled_from("xyz"))), max_size=60),
)
def test_every_pod_s_last_status_is_sent_and_no_version_twice(
    *, channel: bool, steps: list[tuple[str, str] | None]
) -> None:
    statuses = Statuses(channel=channel)
    sent: dict[str, str] = {}
    for now, step in enumerate(steps):
        if step is None:
            sent.update(filter(None, [statuses.send(float(now))]))
        else:
            statuses.set(*step)
    sent.update(statuses.send_all(len(steps) + TICK_SECONDS))

    assert sent == {uid: pod.status["phase"] for uid, pod in statuses.pods.items()}
    assert not statuses.unsent
