"""A database cluster that runs in pods, and its clients."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from plimsoll.simcluster.settings.setting import Count, Seconds, Settings


class DatabaseSettings(Settings):
    """A Galera cluster (MariaDB, Percona XtraDB) and the OpenStack services that write to it through oslo.db."""

    nodes: Annotated[int, Field(ge=1, le=100, description="Members of the cluster: wsrep_cluster_size.")]
    writers: Literal["all", "one"] = Field(
        description="Which members clients write to: every one in turn, or one while the others stand by."
    )
    flavour: Literal["mariadb", "percona"] = Field(description="Whose words an aborted transaction is told in.")
    statement_seconds: Seconds = Field(description="One statement of a transaction with its round trip, mean.")
    commit_seconds: Annotated[float, Field(gt=0)] = Field(
        description="From COMMIT until the write-set has its place in the order of the group: replication, certification."
    )
    apply_seconds: Seconds = Field(description="From that moment until the other members have applied it.")
    lock_wait_timeout_seconds: Seconds = Field(description="innodb_lock_wait_timeout.")
    client_classifies: bool = Field(
        description="oslo.db knows `WSREP detected deadlock/conflict` for a deadlock (DBDeadlock) instead of any error."
    )
    client_retries: Annotated[float, Field(ge=0, le=1)] = Field(
        description="Share of the callers that wear wrap_db_retry(retry_on_deadlock=True)."
    )
    max_retries: Count = Field(description="wrap_db_retry(max_retries).")
    retry_interval_seconds: Seconds = Field(description="wrap_db_retry: pause before the first retry, then doubled.")
    max_retry_interval_seconds: Seconds = Field(description="wrap_db_retry: longest pause.")
