"""Clusters for other people's tests: an in-process one whose time the test moves, and the same one served over HTTPS.

What belongs here is what a test needs around a simulated cluster: to begin one in milliseconds, to move its time, to
talk to it without a client, to break it, to say what is wrong with it, and the fixtures of the pytest plugin. How a
cluster behaves is below, in ``registry`` and ``simcluster``; what this project's own tests share is in ``tests``.

The plugin is loaded by every pytest of an environment in which Plimsoll is installed, so nothing is imported before it
is asked for.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from plimsoll.errors import ApiError
    from plimsoll.testing.clusters import Cluster, cluster
    from plimsoll.testing.servers import Server, served

__all__ = ["ApiError", "Cluster", "Server", "cluster", "served"]

_HOMES = {
    "ApiError": "plimsoll.errors",
    "Cluster": "plimsoll.testing.clusters",
    "Server": "plimsoll.testing.servers",
    "cluster": "plimsoll.testing.clusters",
    "served": "plimsoll.testing.servers",
}


def __getattr__(name: str) -> Any:
    """Import what is asked for."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)
