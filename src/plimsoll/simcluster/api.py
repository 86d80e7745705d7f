"""What requests do to the store: the verbs of the API with their semantics. Time and limits are elsewhere.

Every method raises :class:`plimsoll.errors.ApiError` where a real API server would answer with a Status.
"""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING

from plimsoll.errors import ApiError
from plimsoll.kube.labels import JOB_LABEL
from plimsoll.kube.names import pod_name
from plimsoll.kube.patches import merge_patch
from plimsoll.kube.resources import NAMESPACES, PODS, SERVICEACCOUNTS, Object, Resource
from plimsoll.kube.selectors import parse_label_selector
from plimsoll.kube.timestamps import rfc3339
from plimsoll.simcluster.store import not_found
from plimsoll.simcluster.telemetry import Milestone

if TYPE_CHECKING:
    from plimsoll.kernel import Kernel
    from plimsoll.simcluster.admission import PodAdmission
    from plimsoll.simcluster.store import Collection, Store
    from plimsoll.simcluster.telemetry import Telemetry

EPOCH_SECONDS = 1_577_836_800.0
"""Second zero of every simulated cluster: 2020-01-01T00:00:00Z."""

LARGEST_SPEC_CACHE = 50_000

FINISHED_PHASES = frozenset({"Succeeded", "Failed"})


class Api:
    """The API's verbs over a store."""

    def __init__(
        self, kernel: Kernel, store: Store, admission: PodAdmission, random: Random, telemetry: Telemetry
    ) -> None:
        self.store = store
        self._kernel = kernel
        self._admission = admission
        self._random = random
        self._telemetry = telemetry
        self._created = 0
        self._uid_tail = f"{random.getrandbits(16):04x}-4{random.getrandbits(12):03x}-8{random.getrandbits(12):03x}"
        self._second = -1
        self._timestamp = ""
        self._namespaces = store.collection(NAMESPACES)
        self._accounts = store.collection(SERVICEACCOUNTS)
        self._account_names: dict[str, frozenset[str]] = {}
        self._bound_specs: dict[tuple[int, str], tuple[Object, Object]] = {}
        self._scheduled: Object = {}
        self._scheduled_at = ""

    def timestamp(self) -> str:
        """The present as the API writes it; one string for all objects of a second."""
        second = int(self._kernel.now)
        if second != self._second:
            self._second = second
            self._timestamp = rfc3339(second, EPOCH_SECONDS)
        return self._timestamp

    def create(self, collection: Collection, namespace: str, body: Object) -> Object:
        """Store a new object: names it, dates it, admits it."""
        resource = collection.resource
        metadata = dict(body.get("metadata", ()))
        if "name" not in metadata:
            metadata["name"] = self._generate(resource, metadata)
        if namespace:
            self._check_namespace(resource, namespace, metadata["name"])
            metadata["namespace"] = namespace
        self._created += 1
        metadata["uid"] = f"{self._created:08x}-{self._uid_tail}-{self._created:012x}"
        metadata["creationTimestamp"] = self.timestamp()
        value = {"apiVersion": resource.api_version, "kind": resource.kind, **body, "metadata": metadata}
        if resource is PODS:
            value["spec"] = self._admission.admit(body["spec"], self._accounts_in(namespace), namespace)
            value["status"] = {"phase": "Pending"}
        elif resource is NAMESPACES:
            value["status"] = {"phase": "Active"}
        elif resource is SERVICEACCOUNTS:
            self._account_names.pop(namespace, None)
        stored = collection.add(namespace, metadata["name"], value)
        if resource is PODS:
            self._report_pod(metadata)
        return stored

    def _report_pod(self, metadata: Object) -> None:
        now = self._kernel.now
        job = metadata.get("labels", {}).get(JOB_LABEL, "")
        self._telemetry.pod(metadata["uid"], metadata["namespace"], metadata["name"], job, now)
        self._telemetry.milestone(now, metadata["uid"], Milestone.CREATED)

    def get(self, collection: Collection, namespace: str, name: str) -> Object:
        """The stored object; 404 where there is none."""
        value = collection.find(namespace, name)
        if value is None:
            raise not_found(collection.resource, name)
        return value

    def list(self, collection: Collection, namespace: str | None, label_selector: str) -> tuple[Object, ...]:
        """The objects of a namespace (of all where None) whose labels match."""
        objects = tuple(collection) if namespace is None else collection.in_namespace(namespace)
        if not label_selector:
            return objects
        selector = parse_label_selector(label_selector)
        return tuple(value for value in objects if selector.matches(value["metadata"].get("labels", {})))

    def patch(self, collection: Collection, namespace: str, name: str, patch: Object) -> Object:
        """Apply a merge patch; what identifies an object stays as it is."""
        old = self.get(collection, namespace, name)
        new = merge_patch(old, patch)
        identity = {key: old["metadata"][key] for key in ("name", "uid", "creationTimestamp")}
        new["metadata"] = {**new["metadata"], **identity}
        if namespace:
            new["metadata"]["namespace"] = namespace
        return collection.replace(old, **new)

    def delete(self, collection: Collection, namespace: str, name: str, uid: str | None = None) -> None:
        """Delete an object: gracefully if it is a bound pod or a namespace, at once otherwise.

        With ``uid`` the object must still be that one; 409 where another has taken its name.
        """
        value = self.get(collection, namespace, name)
        if uid is not None and value["metadata"]["uid"] != uid:
            message = f"the UID in the precondition ({uid}) does not match the UID in record ({value['metadata']['uid']})"
            raise ApiError(409, "Conflict", message)
        if collection.resource is NAMESPACES:
            self._terminate(collection, value, status={"phase": "Terminating"})
        elif collection.resource is PODS and is_bound(value) and value["status"].get("phase") not in FINISHED_PHASES:
            grace = value["spec"].get("terminationGracePeriodSeconds", 30)
            self._terminate(collection, value, grace_seconds=grace)
        else:
            self.remove(collection, value)

    def remove(self, collection: Collection, value: Object) -> None:
        """Remove an object without grace."""
        if collection.resource is SERVICEACCOUNTS:
            self._account_names.pop(value["metadata"]["namespace"], None)
        collection.remove(value)

    def scheduled_status(self) -> Object:
        """The status of a pod that has just been bound; one for all pods of a second."""
        now = self.timestamp()
        if self._scheduled_at != now:
            self._scheduled_at = now
            conditions = [{"type": "PodScheduled", "status": "True", "lastTransitionTime": now}]
            self._scheduled = {"phase": "Pending", "conditions": conditions}
        return self._scheduled

    def bound_spec(self, spec: Object, node: str) -> Object:
        """A pod's spec with its node; one for all pods of a template on a node."""
        known = self._bound_specs.get((id(spec), node))
        if known is not None and known[0] is spec:
            return known[1]
        if len(self._bound_specs) >= LARGEST_SPEC_CACHE:
            self._bound_specs.clear()
        bound = {**spec, "nodeName": node}
        self._bound_specs[(id(spec), node)] = (spec, bound)
        return bound

    def _terminate(self, collection: Collection, value: Object, grace_seconds: int = 0, **parts: object) -> None:
        if "deletionTimestamp" in value["metadata"]:
            return
        metadata = {**value["metadata"], "deletionTimestamp": self.timestamp()}
        if grace_seconds:
            metadata["deletionGracePeriodSeconds"] = grace_seconds
        collection.replace(value, metadata=metadata, **parts)

    def _generate(self, resource: Resource, metadata: Object) -> str:
        if "generateName" not in metadata:
            raise ApiError(422, "Invalid", f"{resource.kind} is invalid: metadata.name: Required value")
        return pod_name(metadata["generateName"].removesuffix("-"), self._random)

    def _check_namespace(self, resource: Resource, namespace: str, name: str) -> None:
        holder = self._namespaces.find("", namespace)
        if holder is None:
            raise not_found(NAMESPACES, namespace)
        if "deletionTimestamp" in holder["metadata"]:
            message = (
                f'{resource.plural} "{name}" is forbidden: unable to create new content in namespace {namespace} '
                "because it is being terminated"
            )
            raise ApiError(403, "Forbidden", message)

    def _accounts_in(self, namespace: str) -> frozenset[str]:
        names = self._account_names.get(namespace)
        if names is None:
            names = frozenset(account["metadata"]["name"] for account in self._accounts.in_namespace(namespace))
            self._account_names[namespace] = names
        return names


def is_bound(pod: Object) -> bool:
    """Whether a pod has been given a node."""
    return "nodeName" in pod["spec"]
