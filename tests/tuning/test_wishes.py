from __future__ import annotations

import pytest

from plimsoll.errors import InputError
from plimsoll.simcluster.profile import load_profile
from plimsoll.tuning.known import KNOWN_KNOBS
from plimsoll.tuning.wishes import knob_of, load_of, parse_wish
from tests.tuning.fakes import tiny


def test_a_known_setting_needs_no_range() -> None:
    knob = knob_of(parse_wish("kubelet.kubeAPIQPS"), tiny())
    assert (knob.values[0], knob.values[-1], knob.safer) == (5, 100, "more")


def test_a_load_is_safer_the_less_there_is() -> None:
    knob = knob_of(parse_wish("podsPerNode=10:50:10"), tiny())
    assert knob.values == (50, 40, 30, 20, 10)


def test_a_setting_that_is_not_known_needs_a_range() -> None:
    with pytest.raises(InputError, match=r"--knob kubelet.mountSeconds: it needs a range. Write --knob"):
        knob_of(parse_wish("kubelet.mountSeconds"), tiny())
    assert knob_of(parse_wish("kubelet.mountSeconds=0.1:1"), tiny()).values[0] == 0.1


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("kubelet.kubeAPIQps=5:10", "there is no such setting"),
        ("podPerNode=5:10", "there is no such parameter"),
        ("kubelet.maxPods=-5:10", "kubelet.maxPods"),
        ("kubelet.tokenRequests", "only numbers can be searched"),
        ("=5", "names no parameter"),
    ],
)
def test_what_cannot_be_turned_is_refused_before_any_run(text: str, problem: str) -> None:
    with pytest.raises(InputError, match=problem):
        knob_of(parse_wish(text), tiny())


def test_what_makes_a_load_easier_is_no_load() -> None:
    with pytest.raises(InputError, match="more of it makes a load easier"):
        load_of(parse_wish("nodes=1:5", "--find"), tiny())


def test_what_is_not_known_is_taken_for_load_where_a_load_is_looked_for() -> None:
    assert load_of(parse_wish("kubelet.mountSeconds=0.1:0.3:0.1", "--find"), tiny()).safer == "less"


def test_every_known_setting_exists_and_so_do_its_followers() -> None:
    names = {constant.name for constant in load_profile("kubernetes-1.36").constants}
    known = {name for name in KNOWN_KNOBS if "." in name}
    followers = {each.name for knob in KNOWN_KNOBS.values() for each in knob.followers}
    assert known | followers <= names
