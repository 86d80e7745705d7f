"""The states of a pod as ``kubectl get pods`` names them, and how each is shown everywhere."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PodState:
    """One state: the last part of its series ``pods.<key>``, its letter in ``monitor-pod-status``, and its looks."""

    key: str
    letter: str
    title: str
    terminal_style: str
    """A colour of the terminal's own sixteen, which its owner chose to be readable."""


# In the order of monitor-pod-status (P R C O T E …).
POD_STATES = (
    PodState("pending", "P", "Pending", "bright_black"),
    PodState("running", "R", "Running", "blue"),
    PodState("completed", "C", "Completed", "green"),
    PodState("containerCreating", "O", "ContainerCreating", "yellow"),
    PodState("terminating", "T", "Terminating", "magenta"),
    PodState("error", "E", "Error", "red"),
    PodState("failed", "F", "Failed", "bright_red"),
)
