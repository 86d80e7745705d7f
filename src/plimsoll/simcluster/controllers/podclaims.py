"""Which pods a replica set takes on and lets go, where users may change labels and owners by hand.

Pods that the controller made itself match from the beginning; a load has no others, and does without this.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from plimsoll.kube.resources import PODS
from plimsoll.simcluster.api import FINISHED_PHASES
from plimsoll.simcluster.controllers.ownership import Ownership, controller_of, reference_to, selects

if TYPE_CHECKING:
    from plimsoll.kube.resources import Object, Resource
    from plimsoll.kube.selectors import LabelSelector
    from plimsoll.simcluster.api import Api
    from plimsoll.simcluster.client import Client
    from plimsoll.simcluster.controllers.ownedpods import OwnedPods
    from plimsoll.simcluster.store import StoredChange
    from plimsoll.simcluster.workqueue import Key


class PodClaims:
    """Finds orphans to adopt and strays to release, and does so before a replica set counts its pods."""

    def __init__(
        self,
        client: Client,
        api: Api,
        ownership: Ownership,
        resource: Resource,
        read_selector: Callable[[Any], LabelSelector],
    ) -> None:
        self._client = client
        self._patch = client.kind("PATCH", "pods")
        self._api = api
        self._sets = api.store.collection(resource)
        self._read_selector = read_selector
        self._pods = api.store.collection(PODS)
        self._index = ownership.index(PODS)
        self._unsettled: set[str] = set()
        """UIDs of replica sets that may have something to adopt or to release."""

    def added(self, replica_set: Object) -> None:
        """A replica set is new, or its selector is."""
        self._unsettled.add(replica_set["metadata"]["uid"])

    def affected(self, change: StoredChange) -> list[Key]:
        """The replica sets that a change of a pod concerns beside the one that counts it."""
        pod = change.object
        owner = controller_of(pod)
        keys: list[Key] = []
        if change.type == "DELETED" or (owner and change.old is not None and _labels(pod) == _labels(change.old)):
            return keys
        for replica_set in self._sets.in_namespace(pod["metadata"]["namespace"]):
            uid = replica_set["metadata"]["uid"]
            matches = selects(self._read_selector(replica_set["spec"]["selector"]))(pod)
            if (not owner and matches) or (owner == uid and not matches):
                self._unsettled.add(uid)
                keys.append((pod["metadata"]["namespace"], replica_set["metadata"]["name"]))
        return keys

    def settle(self, replica_set: Object, owned: OwnedPods, then: Callable[[], None]) -> None:
        """Adopt and release what there is, then go on."""
        uid = replica_set["metadata"]["uid"]
        if uid not in self._unsettled or "deletionTimestamp" in replica_set["metadata"]:
            then()
            return
        self._unsettled.discard(uid)
        changes = self._changes(replica_set)
        if not changes:
            then()
            return
        left = len(changes)

        def one_done(_error: object = None) -> None:
            nonlocal left
            left -= 1
            if not left:
                then()

        for pod, references in changes:
            self._client.call(self._patch, self._write, owned, pod, references, one_done, failed=one_done)

    def _changes(self, replica_set: Object) -> list[tuple[Object, list[Object]]]:
        """The pods whose owners are to change, with what they are to be."""
        uid = replica_set["metadata"]["uid"]
        matches = selects(self._read_selector(replica_set["spec"]["selector"]))
        changes = []
        for pod in self._index.owned(uid):
            if not matches(pod):
                references = pod["metadata"]["ownerReferences"]
                changes.append((pod, [one for one in references if one["uid"] != uid]))
        for pod in self._index.orphans(replica_set["metadata"]["namespace"]):
            finished = pod["status"].get("phase") in FINISHED_PHASES
            if matches(pod) and not finished and "deletionTimestamp" not in pod["metadata"]:
                references = pod["metadata"].get("ownerReferences") or []
                changes.append((pod, [*references, reference_to(replica_set)]))
        return changes

    def _write(self, owned: OwnedPods, pod: Object, references: list[Object], one_done: Callable[[], None]) -> None:
        stored = self._pods.find(pod["metadata"]["namespace"], pod["metadata"]["name"])
        if stored is not None and stored["metadata"]["uid"] == pod["metadata"]["uid"]:
            metadata = {key: part for key, part in stored["metadata"].items() if key != "ownerReferences"}
            if references:
                metadata["ownerReferences"] = references
            owned.take(self._api.update(self._pods, {**stored, "metadata": metadata}))
        one_done()


def _labels(pod: Object) -> Object:
    labels: Object = pod["metadata"].get("labels") or {}
    return labels
