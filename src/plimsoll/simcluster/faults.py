"""What goes wrong, and when: faults as data, and the component that makes them happen."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, Literal, Protocol

from plimsoll.simcluster.apiserver import Refusal
from plimsoll.simcluster.kubelet.hanging import Hang

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from plimsoll.kernel import Kernel
    from plimsoll.simcluster.apiserver import ApiServer
    from plimsoll.simcluster.controllers.nodelifecycle import NodeLifecycle
    from plimsoll.simcluster.kubelet.kubelet import Kubelet
    from plimsoll.simcluster.proxy import Storms
    from plimsoll.simcluster.scheduler import Scheduler

Component = Literal["scheduler", "kubelet", "apiserver", "controllerManager", "proxy"]


@dataclass(frozen=True, slots=True)
class NodeLost:
    """A node loses power; with ``for_seconds`` it comes back, without what ran on it."""

    at_seconds: float
    node: str
    for_seconds: float | None


@dataclass(frozen=True, slots=True)
class ApiErrors:
    """A fraction of the requests that arrive are answered with an error."""

    at_seconds: float
    for_seconds: float
    fraction: float
    code: int


@dataclass(frozen=True, slots=True)
class ApiLatency:
    """Every request takes longer."""

    at_seconds: float
    for_seconds: float
    add_seconds: float


@dataclass(frozen=True, slots=True)
class ComponentRestart:
    """A component stops and comes back; pods keep running meanwhile."""

    at_seconds: float
    component: Component
    down_seconds: float
    node: str | None = None


@dataclass(frozen=True, slots=True)
class RuntimeHang:
    """The container runtimes of a node, or of a share of all, do not answer; with ``for_seconds`` until they are restarted."""

    at_seconds: float
    for_seconds: float | None
    node: str | None = None
    fraction: float | None = None
    relist_seconds: float | None = None
    """Relists come to an end after so long; None where they hang, too."""

    def nodes(self, names: Sequence[str]) -> tuple[str, ...]:
        """The nodes that it concerns, spread evenly over all."""
        if self.node is not None:
            return (self.node,)
        wanted = math.ceil((self.fraction or 0.0) * len(names))
        return tuple(names[number * len(names) // wanted] for number in range(wanted))


SUPERVISOR_SECONDS = 10.0
"""From a failed /healthz to the next process of a kubelet: a guess, of the order of a supervisor's period."""

Fault = RuntimeHang | NodeLost | ApiErrors | ApiLatency | ComponentRestart


class _Outages:
    """How many faults keep each component down at present: they may overlap, and the last to end brings it back."""

    def __init__(self) -> None:
        self._faults: Counter[str] = Counter()

    def begin(self, component: str) -> bool:
        """One more fault; whether it is the one that brings the component down."""
        self._faults[component] += 1
        return self._faults[component] == 1

    def end(self, component: str) -> bool:
        """One fault less; whether that brings the component back."""
        self._faults[component] -= 1
        return self._faults[component] == 0


class Controllers(Protocol):
    """What the controller manager is to faults."""

    lifecycle: NodeLifecycle

    def pause(self) -> None:
        """It is down."""

    def resume(self) -> None:
        """It is back, once this was called as often as :meth:`pause`."""


class FaultInjector:
    """Schedules faults on the components they concern."""

    def __init__(
        self,
        kernel: Kernel,
        server: ApiServer,
        scheduler: Scheduler,
        kubelets: Mapping[str, Kubelet],
        controllers: Controllers,
        storms: Storms | None = None,
    ) -> None:
        """``storms`` has the nodes' clients come back after connections were cut; None where they have none."""
        self._kernel = kernel
        self._server = server
        self._scheduler = scheduler
        self._kubelets = kubelets
        self._lifecycle = controllers.lifecycle
        self._controllers = controllers
        self._storms = storms
        self._outages = _Outages()
        self.hangs: dict[str, Hang] = {}
        """The last hang of each node's runtime."""
        self._errors: list[ApiErrors] = []
        self._latencies: list[ApiLatency] = []

    def schedule(self, faults: Sequence[Fault]) -> None:
        """Have each fault begin and end at its time."""
        for fault in faults:
            self._kernel.at(fault.at_seconds, self.begin, fault)

    def begin(self, fault: Fault) -> None:
        """Have a fault begin now, whatever its time."""
        match fault:
            case NodeLost():
                self._lose_node(fault)
            case ApiErrors():
                self._errors.append(fault)
                self._kernel.after(fault.for_seconds, self._end_errors, fault)
                self._apply_errors()
            case ApiLatency():
                self._latencies.append(fault)
                self._kernel.after(fault.for_seconds, self._end_latency, fault)
                self._apply_latencies()
            case ComponentRestart():
                self._restart(fault)
            case RuntimeHang():
                for node in fault.nodes(list(self._kubelets)):
                    self._hang(self._kubelets[node], fault)

    # --- container runtimes -----------------------------------------------------------------------------------------------

    def _hang(self, kubelet: Kubelet, fault: RuntimeHang) -> None:
        hang = Hang(
            kubelet,
            fault.relist_seconds,
            lambda text: self._relists_overdue(kubelet, hang, text),
            lambda: self._relists_in_time(kubelet),
        )
        self.hangs[kubelet.name] = hang
        if fault.for_seconds is not None:
            self._kernel.after(fault.for_seconds, hang.end)

    def _relists_overdue(self, kubelet: Kubelet, hang: Hang, text: str) -> None:
        if kubelet.settings.pleg_in_node_ready:
            self._lifecycle.unready(kubelet.name, text)
        if kubelet.settings.pleg_in_healthz:
            self._stop_kubelet(kubelet, lose_containers=False)
            self._kernel.after(SUPERVISOR_SECONDS, self._restart_supervised, kubelet, hang)

    def _relists_in_time(self, kubelet: Kubelet) -> None:
        if kubelet.settings.pleg_in_node_ready:
            self._lifecycle.returned(kubelet.name)

    def _restart_supervised(self, kubelet: Kubelet, hang: Hang) -> None:
        self._start_kubelet(kubelet)
        hang.restarted()

    def last_seen_seconds(self, node: str) -> float:
        """How long ago the runtime of a node answered a relist; zero while it does."""
        hang = self.hangs.get(node)
        return hang.last_seen_seconds() if hang is not None else 0.0

    # --- the API server's answers -----------------------------------------------------------------------------------------

    def _end_errors(self, fault: ApiErrors) -> None:
        self._errors.remove(fault)
        self._apply_errors()

    def _apply_errors(self) -> None:
        """Of several faults at a time the one that began last holds."""
        if not self._errors:
            self._server.error_fraction = 0.0
            return
        fault = self._errors[-1]
        retry_after = 1.0 if fault.code == HTTPStatus.TOO_MANY_REQUESTS else None
        self._server.error_fraction = fault.fraction
        self._server.error = Refusal(fault.code, retry_after)

    def _end_latency(self, fault: ApiLatency) -> None:
        self._latencies.remove(fault)
        self._apply_latencies()

    def _apply_latencies(self) -> None:
        """Several faults at a time add up."""
        self._server.added_latency_seconds = sum(fault.add_seconds for fault in self._latencies)

    # --- nodes and components -----------------------------------------------------------------------------------------------

    def _lose_node(self, fault: NodeLost) -> None:
        kubelet = self._kubelets[fault.node]
        self._stop_kubelet(kubelet, lose_containers=True)
        if fault.for_seconds is not None:
            self._kernel.after(fault.for_seconds, self._start_kubelet, kubelet)

    def _restart(self, fault: ComponentRestart) -> None:
        if fault.component == "kubelet":
            for kubelet in self._on(fault.node):
                self._stop_kubelet(kubelet, lose_containers=False)
                self._kernel.after(fault.down_seconds, self._start_kubelet, kubelet)
        elif fault.component == "proxy":
            if self._storms is not None:
                self._kernel.after(fault.down_seconds, self._storms.proxies_restarted, self._on(fault.node))
        else:
            if self._outages.begin(fault.component):
                self._go_down(fault.component)
            self._kernel.after(fault.down_seconds, self._end_restart, fault.component)

    def _on(self, node: str | None) -> list[Kubelet]:
        """The kubelet of a node, or of each."""
        return list(self._kubelets.values()) if node is None else [self._kubelets[node]]

    def _stop_kubelet(self, kubelet: Kubelet, *, lose_containers: bool) -> None:
        first = self._outages.begin(f"kubelet/{kubelet.name}")
        if first or lose_containers:  # a node may be lost while its kubelet is down
            kubelet.go_down(lose_containers=lose_containers)
        if first:
            self._lifecycle.lost(kubelet.name)

    def _start_kubelet(self, kubelet: Kubelet) -> None:
        if self._outages.end(f"kubelet/{kubelet.name}"):
            kubelet.come_up()
            self._lifecycle.returned(kubelet.name)

    def _go_down(self, component: Component) -> None:
        if component == "apiserver":
            self._server.down = True
            if self._storms is not None:
                self._storms.api_server_down()
        elif component == "scheduler":
            self._scheduler.go_down()
        else:
            self._controllers.pause()

    def _end_restart(self, component: Component) -> None:
        if not self._outages.end(component):
            return
        if component == "apiserver":
            self._server.down = False
            if self._storms is not None:
                self._storms.api_server_back(self._kubelets.values())
        elif component == "scheduler":
            self._scheduler.come_up()
        else:
            self._controllers.resume()
