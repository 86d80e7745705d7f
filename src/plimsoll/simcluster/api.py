"""What requests do to the store: the verbs of the API with their semantics. Time and limits are elsewhere.

Every method raises :class:`plimsoll.errors.ApiError` where a real API server would answer with a Status.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from plimsoll.errors import ApiError
from plimsoll.kernel import Random
from plimsoll.kube.labels import JOB_LABEL
from plimsoll.kube.names import pod_name
from plimsoll.kube.patches import merge_patch
from plimsoll.kube.resources import DEPLOYMENTS, NAMESPACES, PODS, REPLICASETS, SERVICEACCOUNTS, Object, Resource
from plimsoll.kube.selectors import LabelSelector, parse_label_selector
from plimsoll.kube.timestamps import rfc3339
from plimsoll.simcluster.store import not_found
from plimsoll.simcluster.telemetry import Milestone
from plimsoll.simcluster.validation import validate

if TYPE_CHECKING:
    from plimsoll.kernel import Kernel
    from plimsoll.simcluster.admission import PodAdmission
    from plimsoll.simcluster.store import Collection, Store
    from plimsoll.simcluster.telemetry import Telemetry

EPOCH_SECONDS = 1_577_836_800.0
"""Second zero of every simulated cluster: 2020-01-01T00:00:00Z."""

LARGEST_SPEC_CACHE = 50_000

FINISHED_PHASES = frozenset({"Succeeded", "Failed"})

DEFAULT_GRACE_SECONDS = 30
"""``terminationGracePeriodSeconds`` where a pod names none."""

_IDENTITY = frozenset({"name", "namespace", "uid", "creationTimestamp", "resourceVersion"})
"""What a patch cannot change; a change of anything else gets a new ``resourceVersion``."""

_CREATED_POD: Object = {"phase": "Pending"}
_CREATED_REPLICA_SET: Object = {"replicas": 0}
_ACTIVE_NAMESPACE: Object = {"phase": "Active"}
_NAMESPACE_SPEC: Object = {"finalizers": ["kubernetes"]}


class NamespaceTerminatingError(ApiError):
    """403 with the cause ``NamespaceTerminating``: whoever gets it may as well stop trying."""

    def __init__(self, resource: Resource, name: str, namespace: str) -> None:
        message = (
            f'{resource.plural} "{name}" is forbidden: unable to create new content in namespace {namespace} '
            "because it is being terminated"
        )
        super().__init__(403, "Forbidden", message)


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
        """Store a new object: names it, dates it, checks and admits it."""
        resource = collection.resource
        metadata = dict(body.get("metadata") or ())
        if not metadata.get("name"):
            metadata["name"] = self._generate(resource, metadata)
        validate(resource, metadata["name"], body)
        if namespace:
            self._check_namespace(resource, namespace, metadata["name"])
            metadata["namespace"] = namespace
        self._created += 1
        metadata["uid"] = f"{self._created:08x}-{self._uid_tail}-{self._created:012x}"
        metadata["creationTimestamp"] = self.timestamp()
        value = {"apiVersion": resource.api_version, "kind": resource.kind, **body, "metadata": metadata}
        if resource is PODS:
            value["spec"] = self._admission.admit(body["spec"], self._accounts_in(namespace), namespace)
            value["status"] = _CREATED_POD
        elif resource.plural in _DEFAULTS:
            _DEFAULTS[resource.plural](value)
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
        selector = read_selector(label_selector)
        return tuple(value for value in objects if selector.matches(value["metadata"].get("labels", {})))

    def patch(self, collection: Collection, namespace: str, name: str, patch: Object) -> Object:
        """Apply a merge patch. What identifies an object stays as it is, and a patch that changes nothing writes nothing.

        A patch may carry the revision that it was made from; 409 where the object has changed since.
        """
        old = self.get(collection, namespace, name)
        _check_patch(collection.resource, old, patch)
        new = merge_patch(old, patch)
        identity = {key: value for key, value in old["metadata"].items() if key in _IDENTITY}
        new["metadata"] = {**new.get("metadata", {}), **identity}
        new["apiVersion"], new["kind"] = old["apiVersion"], old["kind"]
        if new == old:
            return old
        validate(collection.resource, name, new)
        if new.get("spec") != old.get("spec") and "generation" in old["metadata"]:
            new["metadata"]["generation"] += 1
        return collection.put(old, new)

    def set_replicas(self, collection: Collection, old: Object, replicas: int) -> Object:
        """Scale a deployment or replica set."""
        metadata = {**old["metadata"], "generation": old["metadata"]["generation"] + 1}
        return collection.replace(old, metadata=metadata, spec={**old["spec"], "replicas": replicas})

    def delete(self, collection: Collection, namespace: str, name: str, uid: str | None = None) -> None:
        """Delete an object: gracefully if it is a namespace or a pod that a kubelet must stop first, else at once.

        With ``uid`` the object must still be that one; 409 where another has taken its name.
        """
        value = self.get(collection, namespace, name)
        if uid is not None and value["metadata"]["uid"] != uid:
            recorded = value["metadata"]["uid"]
            message = f"the UID in the precondition ({uid}) does not match the UID in record ({recorded})"
            raise ApiError(409, "Conflict", message)
        if collection.resource is NAMESPACES:
            self._terminate(collection, value, status={"phase": "Terminating"})
            return
        grace = _grace_seconds(value) if collection.resource is PODS else 0
        if grace:
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
        if grace_seconds:  # Kubernetes writes down when the object is to be gone, not when that was asked for
            metadata["deletionTimestamp"] = rfc3339(int(self._kernel.now) + grace_seconds, EPOCH_SECONDS)
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
            raise NamespaceTerminatingError(resource, name, namespace)

    def _accounts_in(self, namespace: str) -> frozenset[str]:
        names = self._account_names.get(namespace)
        if names is None:
            names = frozenset(account["metadata"]["name"] for account in self._accounts.in_namespace(namespace))
            self._account_names[namespace] = names
        return names


def is_bound(pod: Object) -> bool:
    """Whether a pod has been given a node."""
    return "nodeName" in pod["spec"]


def is_ready(pod: Object) -> bool:
    """Whether a pod is ready; kubelets write that condition last."""
    conditions = pod["status"].get("conditions", ())
    return bool(conditions) and conditions[-1]["type"] == "Ready" and conditions[-1]["status"] == "True"


def creation_order(pod: Object) -> int:
    """A number that grows with every object created: the first part of a UID counts them."""
    return int(pod["metadata"]["uid"][:8], 16)


def read_selector(text: str) -> LabelSelector:
    """Parse a label selector; ``ApiError(400)`` where it is none."""
    try:
        return parse_label_selector(text)
    except ValueError as error:
        raise ApiError(400, "BadRequest", f"unable to parse the label selector: {error}") from error


def _check_patch(resource: Resource, old: Object, patch: Any) -> None:
    """Refuse what is no merge patch (400), and one made from another revision of the object (409)."""
    metadata = (patch.get("metadata") or {}) if isinstance(patch, dict) else None
    if not isinstance(metadata, dict):
        raise ApiError(400, "BadRequest", "a merge patch of an object is an object, and so is its metadata")
    current = old["metadata"]["resourceVersion"]
    if metadata.get("resourceVersion", current) != current:
        name = old["metadata"]["name"]
        message = f'Operation cannot be fulfilled on {resource.plural} "{name}": the object has been modified'
        raise ApiError(409, "Conflict", message)


def _grace_seconds(pod: Object) -> int:
    """How long a deleted pod's kubelet has to stop it; zero where no kubelet has anything to stop."""
    if not is_bound(pod) or pod["status"].get("phase") in FINISHED_PHASES:
        return 0
    grace: int = pod["spec"].get("terminationGracePeriodSeconds", DEFAULT_GRACE_SECONDS)
    return max(grace, 0)


def _complete_namespace(value: Object) -> None:
    value["spec"] = _NAMESPACE_SPEC
    value["status"] = _ACTIVE_NAMESPACE


def _complete_deployment(value: Object) -> None:
    _complete_workload(value)
    value["status"] = {}


def _complete_replica_set(value: Object) -> None:
    _complete_workload(value)
    value["status"] = _CREATED_REPLICA_SET


def _complete_workload(value: Object) -> None:
    value["metadata"]["generation"] = 1
    if "replicas" not in value["spec"]:
        value["spec"] = {**value["spec"], "replicas": 1}


_DEFAULTS: dict[str, Callable[[Object], None]] = {
    NAMESPACES.plural: _complete_namespace,
    DEPLOYMENTS.plural: _complete_deployment,
    REPLICASETS.plural: _complete_replica_set,
}
"""What an API server fills in, by resource."""
