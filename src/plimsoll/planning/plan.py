"""From a wish to a plan, or to the nearest wishes that have one."""

from __future__ import annotations

from dataclasses import dataclass

from plimsoll.planning.advice import Advice, advise
from plimsoll.planning.alternatives import nearest
from plimsoll.planning.controlplane import ControlPlanePlan, plan_control_plane
from plimsoll.planning.kubelet import KubeletPlan, plan_kubelet
from plimsoll.planning.network import Network, choose_network
from plimsoll.planning.wish import ImpossibleWishError, Shortfall, Wish


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything that must be set so that a wish comes true, with the numbers that led there."""

    wish: Wish
    network: Network
    kubelet: KubeletPlan
    control_plane: ControlPlanePlan
    advice: tuple[Advice, ...]

    @property
    def max_pods(self) -> int:
        """The kubelet's ``maxPods``."""
        return self.network.max_pods


def make_plan(wish: Wish) -> Plan:
    """Plan for a wish.

    Raises:
        ImpossibleWishError: if no configuration gives it; names the constraint and the nearest wishes that can be had.

    """
    network = choose_network(wish)
    if isinstance(network, Shortfall):
        raise ImpossibleWishError(wish, network, nearest(wish))
    kubelet = plan_kubelet(wish)
    control_plane = plan_control_plane(wish, kubelet)
    return Plan(wish, network, kubelet, control_plane, advise(wish, network, kubelet, control_plane))
