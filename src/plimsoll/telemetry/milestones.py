"""The moments in a pod's life."""

from __future__ import annotations

from enum import StrEnum


class Milestone(StrEnum):
    """The moments in a pod's life that a timeline is made of, in the order in which they usually come."""

    # As the component that does the work knows them.
    CREATED = "created"
    SCHEDULED = "scheduled"
    KUBELET_SAW = "kubeletSaw"
    VOLUMES_MOUNTED = "volumesMounted"
    SANDBOX_READY = "sandboxReady"
    CONTAINERS_STARTED = "containersStarted"
    KUBELET_RUNNING = "kubeletRunning"
    KUBELET_READY = "kubeletReady"

    # As a watcher of the API sees them, which on a throttled kubelet can be minutes later.
    API_SCHEDULED = "apiScheduled"
    API_RUNNING = "apiRunning"
    API_READY = "apiReady"
    API_FAILED = "apiFailed"

    DELETION_REQUESTED = "deletionRequested"
    DELETED = "deleted"
