"""A Galera cluster in the database's pods, and the services that write to it through oslo.db.

Members accept transactions optimistically: row locks are a member's own, and only at COMMIT a transaction is compared
with what others have written. Here belong that comparison (:mod:`~plimsoll.simcluster.database.galera`), what a client
makes of an aborted transaction (:mod:`~plimsoll.simcluster.database.clients`) and how both are told
(:mod:`~plimsoll.simcluster.database.wording`). Queries that only read, and what is stored, do not: neither conflicts.
"""

from __future__ import annotations

from plimsoll.simcluster.database.clients import DatabaseClients

__all__ = ["DatabaseClients"]
