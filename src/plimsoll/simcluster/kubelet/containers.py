"""Containers that really run: what a kubelet asks of whoever runs them, and what it is told.

Most simulated kubelets have nobody: their containers are the annotations of pods, and run as those say. With somebody,
the simulation goes on as ever up to the moment at which the containers of a pod have started; what they do from then on
is told to it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from plimsoll.kube.resources import Object


@dataclass(frozen=True, slots=True)
class Report:
    """How the containers of a pod are."""

    phase: Literal["Pending", "Running", "Succeeded", "Failed"]
    ready: bool
    statuses: Sequence[Object]
    """``containerStatuses`` as the API has them."""
    init_statuses: Sequence[Object] = ()
    initialized: bool = True
    """Whether the containers that initialise the pod are done, and its sidecars started."""


Reported = Callable[[Report], None]


class Containers(Protocol):
    """Runs the containers of pods. All calls, in both directions, are made in the kernel's time."""

    runs_commands: bool
    """Whether commands really run; otherwise the programs that pods' annotations describe are simulated."""

    def start(self, pod: Object, node: str, address: str, changed: Reported) -> None:
        """Start a pod's containers, restart them as its policy says, and tell of every change."""
        ...

    def resume(self, uid: str, changed: Reported) -> None:
        """Tell somebody else of the changes from now on: the kubelet has restarted, the containers have not."""
        ...

    def stop(self, uid: str, grace_seconds: float, stopped: Reported) -> None:
        """End a pod's containers, by force after the grace, and tell how they ended; at once where there are none."""
        ...
