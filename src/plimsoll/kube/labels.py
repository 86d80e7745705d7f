"""The labels and annotations by which Plimsoll finds what it created, and tells a simulated kubelet what pods do."""

from __future__ import annotations

RUN_LABEL = "plimsoll.dev/run"
"""The id of the run, on every object of a load; clean-up deletes nothing without it."""

JOB_LABEL = "plimsoll.dev/job"
"""The job of the scenario, on every object of a load."""

COPY_LABEL = "plimsoll.dev/copy"
"""The number of the copy within its namespace, on pods where there is more than one."""

OBJECT_LABEL = "plimsoll.dev/object"
"""The Deployment or ReplicaSet that a pod belongs to; those select by it."""

APP_LABEL = "app"
"""The group of the scenario that a pod belongs to; services select by it."""

ROLE_ANNOTATION = "plimsoll.dev/role"
"""What a pod does: ``pause``, ``client``, ``server`` or ``worker``; ``coordinator`` where those really run."""

EXCHANGE_ANNOTATION = "plimsoll.dev/exchange"
"""On clients: with which service they exchange data, how fast and how long, as JSON."""

WORKLOAD_ANNOTATION = "plimsoll.dev/workload"
"""On workers: what they do and for how long, as JSON."""

EXCHANGE_DONE_ANNOTATION = "plimsoll.dev/exchange-done"
"""On clients and workers that have done all they were to: they go on running, as those of the articles' tests do."""
