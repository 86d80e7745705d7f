"""What goes wrong, and when: faults as data, and the component that makes them happen."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from plimsoll.simcluster.apiserver import Refusal

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from plimsoll.kernel import Kernel
    from plimsoll.simcluster.apiserver import ApiServer
    from plimsoll.simcluster.controllers.nodelifecycle import NodeLifecycle
    from plimsoll.simcluster.kubelet.kubelet import Kubelet
    from plimsoll.simcluster.scheduler import Scheduler
    from plimsoll.simcluster.workqueue import WorkQueue

Component = Literal["scheduler", "kubelet", "apiserver", "controllerManager"]


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


Fault = NodeLost | ApiErrors | ApiLatency | ComponentRestart


class FaultInjector:
    """Schedules faults on the components they concern."""

    def __init__(
        self,
        kernel: Kernel,
        server: ApiServer,
        scheduler: Scheduler,
        kubelets: Mapping[str, Kubelet],
        lifecycle: NodeLifecycle,
        queues: Sequence[WorkQueue],
    ) -> None:
        self._kernel = kernel
        self._server = server
        self._scheduler = scheduler
        self._kubelets = kubelets
        self._lifecycle = lifecycle
        self._queues = queues

    def schedule(self, faults: Sequence[Fault]) -> None:
        """Have each fault begin and end at its time."""
        for fault in faults:
            self._kernel.at(fault.at_seconds, self._begin, fault)

    def _begin(self, fault: Fault) -> None:
        match fault:
            case NodeLost():
                self._lose_node(fault)
            case ApiErrors():
                self._server.error_fraction = fault.fraction
                self._server.error = Refusal(fault.code, retry_after_seconds=1.0 if fault.code == 429 else None)  # noqa: PLR2004
                self._kernel.after(fault.for_seconds, self._end_errors)
            case ApiLatency():
                self._server.added_latency_seconds += fault.add_seconds
                self._kernel.after(fault.for_seconds, self._end_latency, fault.add_seconds)
            case ComponentRestart():
                self._restart(fault)

    def _lose_node(self, fault: NodeLost) -> None:
        kubelet = self._kubelets[fault.node]
        kubelet.go_down(lose_containers=True)
        self._lifecycle.lost(fault.node)
        if fault.for_seconds is not None:
            self._kernel.after(fault.for_seconds, self._return_node, kubelet)

    def _return_node(self, kubelet: Kubelet) -> None:
        kubelet.come_up()
        self._lifecycle.returned(kubelet.name)

    def _end_errors(self) -> None:
        self._server.error_fraction = 0.0

    def _end_latency(self, seconds: float) -> None:
        self._server.added_latency_seconds -= seconds

    def _restart(self, fault: ComponentRestart) -> None:
        if fault.component == "apiserver":
            self._server.down = True
            self._kernel.after(fault.down_seconds, self._server_up)
        elif fault.component == "scheduler":
            self._scheduler.go_down()
            self._kernel.after(fault.down_seconds, self._scheduler.come_up)
        elif fault.component == "controllerManager":
            for queue in self._queues:
                queue.pause()
                self._kernel.after(fault.down_seconds, queue.resume)
        else:
            for kubelet in [self._kubelets[fault.node]] if fault.node else list(self._kubelets.values()):
                kubelet.go_down(lose_containers=False)
                self._kernel.after(fault.down_seconds, kubelet.come_up)

    def _server_up(self) -> None:
        self._server.down = False
