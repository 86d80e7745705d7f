"""The long-lived connections of nodes to the API servers, through a proxy that may cut them.

Belongs here: how many connections a node has, when bytes pass on them, how often an idle timer cuts them, what setting
them up again costs, and what happens when all are cut at once. Does not belong here: the API servers' cores
(``masters``), and requests (``client``).
"""

from __future__ import annotations

from plimsoll.simcluster.proxy.connections import NodeConnections
from plimsoll.simcluster.proxy.storms import Storms

__all__ = ["NodeConnections", "Storms"]
