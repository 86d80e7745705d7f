"""Live migration of virtual machines by Nova and libvirt, between nodes that have several networks.

Here belong the choice of the network (:mod:`~plimsoll.simcluster.migration.route`), pre-copy
(:mod:`~plimsoll.simcluster.migration.precopy`) and the migrations themselves. How connections share a network's
bandwidth is :mod:`plimsoll.simcluster.network`'s; virtual machines that stay where they are cost nothing and are not
modelled.
"""

from __future__ import annotations

from plimsoll.simcluster.migration.migrations import Migrations

__all__ = ["Migrations"]
