"""What applications ask of a cluster's services while it is loaded, as data: a kind in each file.

Belongs here: a demand's parameters. The components that meet it are elsewhere in :mod:`plimsoll.simcluster`, and are set at
work by :meth:`plimsoll.simcluster.assembly.SimulatedCluster.meet`.
"""

from __future__ import annotations

from plimsoll.simcluster.demands.apirequests import ApiRequests
from plimsoll.simcluster.demands.database import DatabaseTransactions
from plimsoll.simcluster.demands.dns import DnsLookups
from plimsoll.simcluster.demands.migration import LiveMigrations

Demand = ApiRequests | DatabaseTransactions | DnsLookups | LiveMigrations

__all__ = ["ApiRequests", "DatabaseTransactions", "Demand", "DnsLookups", "LiveMigrations"]
