"""What somebody wants of a cluster, as stated; and the answer when it cannot be had."""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from ipaddress import AddressValueError, IPv4Network, NetmaskValueError, ip_network

from plimsoll.errors import Complaint, InputError, Place
from plimsoll.planning.flavors import Flavor, Limiter, Strategy
from plimsoll.planning.versions import KubernetesVersion

CONTROL_PODS = 10
"""Pods of the platform itself on each worker (the OpenShift article counts "about 10")."""

MAX_PODS_STEP = 20
"""maxPods is rounded up to a multiple of this: the simplest rule by which 500 + 10 becomes the article's 520."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What is wanted. ``None`` leaves the choice to the plan.

    ``pods_per_node`` are the user's own pods; ``control_pods`` come on top. ``namespaces`` is the number in the whole
    cluster (None: as many as pods, the worst case for a kubelet). ``objects_per_namespace`` counts the secrets and config
    maps of its namespace that each pod uses (None: only what the platform gives every pod).
    """

    flavor: Flavor
    version: KubernetesVersion
    nodes: int
    pods_per_node: int
    control_pods: int = CONTROL_PODS
    namespaces: int | None = None
    objects_per_namespace: int | None = None
    cluster_network: IPv4Network | None = None
    host_prefix: int | None = None
    service_network: IPv4Network | None = None
    strategy: Strategy | None = None

    @property
    def pods(self) -> int:
        """The user's pods in the whole cluster."""
        return self.nodes * self.pods_per_node

    @property
    def needed_max_pods(self) -> int:
        """Pods that a full node runs, the platform's own included."""
        return self.pods_per_node + self.control_pods

    @property
    def comfortable_max_pods(self) -> int:
        """The default if it suffices, else the need rounded up to a multiple of :data:`MAX_PODS_STEP`."""
        if self.needed_max_pods <= self.flavor.max_pods:
            return self.flavor.max_pods
        return -(-self.needed_max_pods // MAX_PODS_STEP) * MAX_PODS_STEP

    @property
    def objects(self) -> int:
        """Secrets and config maps of its namespace that each pod uses."""
        if self.objects_per_namespace is not None:
            return self.objects_per_namespace
        return self.flavor.namespace_objects.at(self.version)

    @property
    def namespaces_on_node(self) -> int:
        """Distinct namespaces among a full node's own pods: at most one per pod, and the scheduler spreads them so."""
        return min(self.pods_per_node, self.namespaces or self.pods)

    @property
    def strategy_in_force(self) -> Strategy:
        """The strategy asked for, or the version's default."""
        return self.strategy or self.flavor.strategy.at(self.version)

    @property
    def default_limiter(self) -> Limiter:
        """The kubelet's limiter if nobody sets it."""
        return self.flavor.limiter.at(self.version)

    @property
    def command(self) -> str:
        """The command line that states this wish."""
        return shlex.join(["plimsoll", "plan", *self._arguments()])

    def _arguments(self) -> list[str]:
        stated = {
            "--nodes": self.nodes,
            "--pods-per-node": self.pods_per_node,
            "--flavor": self.flavor.name,
            "--kubernetes-version": self.version,
            "--control-pods": self.control_pods if self.control_pods != CONTROL_PODS else None,
            "--namespaces": self.namespaces,
            "--objects-per-namespace": self.objects_per_namespace,
            "--cluster-network": self.cluster_network,
            "--host-prefix": self.host_prefix,
            "--service-network": self.service_network,
            "--strategy": self.strategy,
        }
        return [word for flag, value in stated.items() if value is not None for word in (flag, str(value))]


@dataclass(frozen=True, slots=True)
class Shortfall:
    """Why a wish cannot be had: the constraint's name, the flag that states the wish most to the point, the arithmetic."""

    constraint: str
    flag: str
    problem: str


@dataclass(frozen=True, slots=True)
class Alternative:
    """A wish close to the one that cannot be had, and which can; ``change`` says how it differs."""

    change: str
    wish: Wish


class ImpossibleWishError(InputError):
    """No configuration gives what was wished; the nearest ones that exist are attached."""

    def __init__(self, wish: Wish, shortfall: Shortfall, alternatives: tuple[Alternative, ...]) -> None:
        remedy = f"Possible: {'; '.join(alternative.change for alternative in alternatives)}." if alternatives else ""
        super().__init__(Complaint(Place(shortfall.flag), shortfall.problem, remedy))
        self.wish = wish
        self.shortfall = shortfall
        self.alternatives = alternatives


def parse_network(flag: str, text: str) -> IPv4Network:
    """Read a CIDR such as ``10.128.0.0/14``.

    Raises:
        InputError: if it is not one, is IPv6, or has bits set behind its prefix; names ``flag``.

    """
    try:
        network = ip_network(text, strict=False)
    except (AddressValueError, NetmaskValueError, ValueError) as error:
        raise InputError(Complaint(Place(flag), f"{text!r} is not a network", "Write it as 10.128.0.0/14.")) from error
    if not isinstance(network, IPv4Network):
        raise InputError(Complaint(Place(flag), f"{text} is IPv6; only IPv4 networks can be planned"))
    if "/" not in text or str(network.network_address) != text.partition("/")[0]:
        raise InputError(Complaint(Place(flag), f"{text} is an address, not a network", f"Did you mean {network}?"))
    return network
