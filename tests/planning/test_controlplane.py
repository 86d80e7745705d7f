from __future__ import annotations

import pytest
from hypothesis import given

from plimsoll.planning.controlplane import ControlPlanePlan, plan_control_plane
from plimsoll.planning.flavors import KUBEADM, InFlight, Strategy
from plimsoll.planning.kubelet import plan_kubelet
from plimsoll.planning.wish import Wish
from tests.planning.wishes import OPENSHIFT_4_2, wish, wishes


def planned(wanted: Wish) -> ControlPlanePlan:
    return plan_control_plane(wanted, plan_kubelet(wanted))


@pytest.mark.parametrize(("nodes", "cores"), [(5, 1), (6, 2), (10, 2), (100, 4), (250, 8), (500, 16), (501, 32)])
def test_cores_follow_the_published_table(nodes: int, cores: int) -> None:
    assert planned(wish(nodes=nodes, pods_per_node=30)).cores == cores


def test_the_articles_dense_nodes_need_the_sixteen_cores_that_its_masters_had() -> None:
    control_plane = planned(wish())
    assert control_plane.sizing_nodes == 455
    assert control_plane.cores == 16


@pytest.mark.parametrize(
    ("nodes", "setting"),
    [(500, InFlight(400, 200)), (501, InFlight(1500, 500)), (3000, InFlight(1500, 500)), (3001, InFlight(3000, 1000))],
)
def test_requests_in_flight_follow_the_projects_own_settings(nodes: int, setting: InFlight) -> None:
    assert planned(wish(flavor=KUBEADM, nodes=nodes, pods_per_node=30)).in_flight == setting


def test_openshifts_own_setting_is_kept_where_it_is_larger() -> None:
    assert planned(wish(nodes=600)).in_flight == InFlight(3000, 1000)


def test_polling_kubelets_raise_the_requests_in_flight_by_littles_law() -> None:
    control_plane = planned(wish(version=OPENSHIFT_4_2, objects_per_namespace=4))
    rate = 100 * (4 * 500 / 75 + 0.5)
    assert control_plane.kubelet_requests_per_second == pytest.approx(rate)
    assert control_plane.requests_in_flight == pytest.approx(0.3 * rate)
    assert control_plane.in_flight == InFlight(1500, 500)


def test_more_polling_than_any_setting_holds_is_said_to_overload() -> None:
    assert planned(wish(nodes=2000, strategy=Strategy.CACHE)).overloaded
    assert not planned(wish(nodes=2000)).overloaded


@given(wishes())
def test_a_setting_holds_the_kubelets_requests_or_is_said_not_to(wanted: Wish) -> None:
    control_plane = planned(wanted)
    assert control_plane.overloaded or control_plane.in_flight.read_only >= control_plane.requests_in_flight
    assert control_plane.in_flight.read_only >= control_plane.default_in_flight.read_only
