"""The network between nodes: connections that share each node's bandwidth fairly.

Each node sends and receives over one interface, each direction with a capacity of its own; what lies between nodes
never limits. Connections that are alike (same ends, same demand) get the same rate, so they form one *bundle*, which
counts what each of its connections was served: a change of rate is one step for the whole bundle. While no interface
is asked for more than it has, a connection that comes or goes touches nothing but its own interfaces.

Does not belong here: who connects to whom, and when; that is what the programs in pods do.
"""

from __future__ import annotations

from plimsoll.simcluster.network.connections import Connection, Network

__all__ = ["Connection", "Network"]
