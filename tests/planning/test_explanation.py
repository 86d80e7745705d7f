from __future__ import annotations

from ipaddress import IPv4Network
from pathlib import Path

import pytest
from hypothesis import given

from plimsoll.planning.alternatives import possible
from plimsoll.planning.explanation import Line, Role, explain, explain_impossible
from plimsoll.planning.plan import make_plan
from plimsoll.planning.wish import ImpossibleWishError, Wish
from tests.planning.wishes import OPENSHIFT_4_2, wish, wishes

GOLDEN = Path(__file__).parent / "golden"
DOCUMENTATION = Path(__file__).parents[2] / "docs" / "planning.md"


def plain(line: Line) -> str:
    return "".join(text for _, text in line).rstrip()


def text(wanted: Wish, width: int = 120) -> str:
    return "".join(f"{plain(line)}\n" for line in explain(make_plan(wanted), width))


@pytest.mark.parametrize(
    ("name", "wanted"), [("openshift-4.2", wish(version=OPENSHIFT_4_2)), ("openshift-4.3", wish())]
)
def test_the_articles_plan_reads_as_the_golden_text(name: str, wanted: Wish) -> None:
    assert text(wanted) == (GOLDEN / f"{name}.txt").read_text(encoding="utf-8")


def test_the_documentation_shows_a_real_plan() -> None:
    assert text(wish(version=OPENSHIFT_4_2)) in DOCUMENTATION.read_text(encoding="utf-8")


def test_the_arithmetic_stands_beside_each_setting() -> None:
    explained = text(wish(version=OPENSHIFT_4_2))
    assert "500 pods + 10 control pods = 510, rounded up to a multiple of 20" in explained
    assert "2^(32-22) - 2 = 1,022 addresses" in explained
    assert "the default, /23, has 510: too few" in explained
    assert "1,000 uses / 75 s between resyncs" in explained
    assert "2 × 13.83" in explained


@given(wishes())
def test_reasons_keep_to_the_width_and_manifests_are_never_wrapped(wanted: Wish) -> None:
    if not possible(wanted):
        return
    for line in explain(make_plan(wanted), 100):
        if any(role is Role.REASON for role, _ in line):
            assert len(plain(line)) <= 100


def test_a_default_is_called_too_small_only_where_it_is() -> None:
    assert "too few" not in text(wish(pods_per_node=50, host_prefix=22))
    assert "the usual 10.128.0.0/14 is too small" in text(wish(nodes=300))
    moved = wish(pods_per_node=50, service_network=IPv4Network("10.128.0.0/16"))
    assert "the usual 10.128.0.0/14 overlaps the service network" in text(moved)


def test_an_impossible_wish_is_explained_with_a_command_for_each_alternative() -> None:
    with pytest.raises(ImpossibleWishError) as raised:
        make_plan(wish(host_prefix=23))
    lines = [plain(line) for line in explain_impossible(raised.value, 120)]
    assert lines[0] == "OpenShift, Kubernetes 1.16: 100 nodes × 500 pods = 50,000 pods"
    assert lines[2].startswith("impossible  a /23 has")
    assert sum(line.strip().startswith("$ plimsoll plan") for line in lines) == 2
