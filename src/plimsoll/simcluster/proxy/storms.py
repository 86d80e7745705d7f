"""What happens when all connections of many nodes are cut at once: each client comes back, one event after the other.

After a proxy's restart the clients connect again at once and begin their watches anew, without a list: the watches had
lived for more than a second. After an API server's restart the clients find nobody for a while: reflectors back off from
0.8 s, doubled each time up to 30 s, plus up to as much again (client-go, tools/cache/reflector.go), and then list
everything anew, because a watch cache that has just been filled does not know the past ("too old resource version").
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from plimsoll.simcluster.apiserver import RequestCost
from plimsoll.simcluster.client import Client

if TYPE_CHECKING:
    from plimsoll.kernel import Random
    from plimsoll.simcluster.client import ClientEnvironment
    from plimsoll.simcluster.kubelet.kubelet import Kubelet
    from plimsoll.simcluster.profile import Profile
    from plimsoll.simcluster.proxy.connections import NodeConnections

FIRST_BACKOFF_SECONDS, LONGEST_BACKOFF_SECONDS = 0.8, 30.0


class Storms:
    """Has the clients of nodes come back."""

    def __init__(
        self, environment: ClientEnvironment, profile: Profile, steady: NodeConnections, random: Random
    ) -> None:
        self._kernel = environment.kernel
        self._random = random
        self._relist = profile.proxy.relist_after_restart
        proxy = profile.proxy
        self._kubelet = _Returning(environment, profile, steady, "kubelet", "pods", proxy.kubelet_watches)
        self._kube_proxy = _Returning(environment, profile, steady, "kube-proxy", "endpoints", proxy.kube_proxy_watches)
        self._down_seconds = 0.0

    def proxies_restarted(self, kubelets: Iterable[Kubelet]) -> None:
        """The proxies of these nodes are back: their clients connect within a second."""
        for kubelet in kubelets:
            if kubelet.up:
                self._come_back(self._random.random(), self._random.random(), kubelet, relist=False)

    def api_server_down(self) -> None:
        """Nobody answers from now on."""
        self._down_seconds = self._kernel.now

    def api_server_back(self, kubelets: Iterable[Kubelet]) -> None:
        """Clients find the API servers again when they next try."""
        down = self._kernel.now - self._down_seconds
        for kubelet in kubelets:
            if kubelet.up:
                first, second = self._next_attempt(down) - down, self._next_attempt(down) - down
                self._come_back(first, second, kubelet, relist=self._relist)

    def _next_attempt(self, down_seconds: float) -> float:
        """When a reflector that lost its watch at zero first tries after the servers are back."""
        attempt, backoff = 0.0, FIRST_BACKOFF_SECONDS
        while attempt < down_seconds:
            attempt += backoff * (1.0 + self._random.random())
            backoff = min(backoff * 2.0, LONGEST_BACKOFF_SECONDS)
        return attempt

    def _come_back(self, first_seconds: float, second_seconds: float, kubelet: Kubelet, *, relist: bool) -> None:
        self._kernel.after(first_seconds, self._kubelet.connect, kubelet.objects.watches, relist)
        self._kernel.after(second_seconds, self._kube_proxy.connect, 0, relist)


class _Returning:
    """A kind of client that sets its connection up and begins its watches."""

    def __init__(
        self,
        environment: ClientEnvironment,
        profile: Profile,
        steady: NodeConnections,
        role: str,
        resource: str,
        watches: int,
    ) -> None:
        self._client = Client(environment, role)
        self._watches = watches
        self._list = self._client.kind("LIST", resource)
        self._begin = self._client.kind("WATCH", resource)
        setup = profile.proxy.handshake_round_trips * profile.apiserver.network_seconds
        cost = RequestCost(steady.setup_cpu_seconds, setup, mutating=False, long_running=True)
        self._set_up = cost
        self._environment = environment
        self._steady = steady

    def connect(self, more_watches: int, relist: bool) -> None:  # noqa: FBT001 - scheduled by place
        """Set up, list where that is needed, and watch."""
        environment = self._environment
        watches = self._watches + more_watches
        if not watches:
            return
        finish = environment.server.admit(environment.kernel.now, self._set_up)
        if not isinstance(finish, float):  # down again: the next return finds this client waiting
            return
        self._steady.connected(watches)
        environment.kernel.at(finish, self._connected, watches, relist)

    def _connected(self, watches: int, relist: bool) -> None:  # noqa: FBT001
        if relist:
            self._client.call(self._list, self._client.post, self._begin, watches, count=watches)
        else:
            self._client.post(self._begin, watches)
