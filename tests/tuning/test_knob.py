from __future__ import annotations

from plimsoll.tuning.knob import Follower, Knob, changes_at, spelled

QPS = Knob("kubelet.kubeAPIQPS", tuple(range(5, 101, 5)), followers=(Follower("kubelet.kubeAPIBurst", 2),))
BURST = Knob("kubelet.kubeAPIBurst", (10, 50, 100))
PODS = Knob("podsPerNode", (500, 250, 100, 50))


def test_the_burst_follows_the_rate() -> None:
    assert changes_at([QPS], (4,)) == {"kubelet.kubeAPIQPS": 25, "kubelet.kubeAPIBurst": 50}


def test_a_knob_that_is_turned_itself_follows_no_other() -> None:
    assert changes_at([QPS, BURST], (4, 2)) == {"kubelet.kubeAPIQPS": 25, "kubelet.kubeAPIBurst": 100}
    assert changes_at([BURST, QPS], (2, 4)) == {"kubelet.kubeAPIBurst": 100, "kubelet.kubeAPIQPS": 25}


def test_a_follower_can_be_left_to_the_user() -> None:
    assert QPS.without_followers(["kubelet.kubeAPIBurst"]).changes(25) == {"kubelet.kubeAPIQPS": 25}


def test_a_margin_is_rounded_to_the_safer_side() -> None:
    assert QPS.with_margin(25, 2) == 50
    assert QPS.with_margin(15, 1.5) == 25
    assert PODS.with_margin(500, 1.5) == 250


def test_a_margin_does_not_leave_the_range() -> None:
    assert QPS.with_margin(80, 2) == 100
    assert PODS.with_margin(50, 4) == 50


def test_what_is_safer_shows_in_the_order_of_the_values() -> None:
    assert (QPS.safer, PODS.safer) == ("more", "less")


def test_changes_are_spelled_as_one_types_them() -> None:
    assert spelled(QPS.changes(25)) == "kubelet.kubeAPIQPS=25 kubelet.kubeAPIBurst=50"
