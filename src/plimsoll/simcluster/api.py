"""What requests do to the store: the verbs of the API with their semantics. Time and limits are elsewhere.

Every method raises :class:`plimsoll.errors.ApiError` where a real API server would answer with a Status.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal

from plimsoll.errors import ApiError
from plimsoll.kernel import Random
from plimsoll.kube.labels import JOB_LABEL
from plimsoll.kube.names import pod_name
from plimsoll.kube.resources import (
    NAMESPACES,
    PODS,
    SERVICEACCOUNTS,
    Object,
    Resource,
)
from plimsoll.kube.selectors import LabelSelector, parse_label_selector
from plimsoll.kube.timestamps import rfc3339, rfc3339_micro, unix_seconds
from plimsoll.simcluster.completion import COMPLETIONS
from plimsoll.simcluster.store import not_found
from plimsoll.simcluster.validation import validate
from plimsoll.telemetry import Milestone

if TYPE_CHECKING:
    from plimsoll.kernel import Kernel
    from plimsoll.kube.patchformats import Patch, PatchFormat
    from plimsoll.simcluster.admission import PodAdmission
    from plimsoll.simcluster.store import Collection, Store
    from plimsoll.telemetry import Telemetry

EPOCH_SECONDS = 1_577_836_800.0
"""Second zero of every simulated cluster: 2020-01-01T00:00:00Z."""

LARGEST_SPEC_CACHE = 50_000

FINISHED_PHASES = frozenset({"Succeeded", "Failed"})

DEFAULT_GRACE_SECONDS = 30
"""``terminationGracePeriodSeconds`` where a pod names none."""

Propagation = Literal["Background", "Foreground", "Orphan"]
"""What a deletion does to dependents: they go after their owner, before it, or stay."""

PROPAGATION_FINALIZERS: Mapping[Propagation, str] = {"Foreground": "foregroundDeletion", "Orphan": "orphan"}
"""What keeps the owner until the garbage collector has done that (metav1, types.go)."""

_IDENTITY = frozenset({"name", "namespace", "uid", "creationTimestamp", "resourceVersion"})
"""What a patch cannot change; a change of anything else gets a new ``resourceVersion``."""

_CREATED_POD: Object = {"phase": "Pending"}


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
        self,
        kernel: Kernel,
        store: Store,
        admission: PodAdmission,
        random: Random,
        telemetry: Telemetry,
        *,
        epoch_seconds: float = EPOCH_SECONDS,
    ) -> None:
        self.store = store
        self.epoch_seconds = epoch_seconds
        """The Unix time of second zero."""
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
        second = int(self.epoch_seconds + self._kernel.now)
        if second != self._second:
            self._second = second
            self._timestamp = rfc3339(second)
        return self._timestamp

    def micro_timestamp(self) -> str:
        """The present with its fraction, as leases and some events have it."""
        return rfc3339_micro(self._kernel.now, self.epoch_seconds)

    def seconds_of(self, timestamp: str) -> float:
        """The time on the cluster's clock that a timestamp stands for; ``ValueError`` where it is none."""
        return unix_seconds(timestamp) - self.epoch_seconds

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
        elif resource.plural in COMPLETIONS:
            COMPLETIONS[resource.plural](value)
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

    def patch(
        self,
        collection: Collection,
        namespace: str,
        name: str,
        patch: Patch,
        patch_format: PatchFormat = "merge",
    ) -> Object:
        """Apply a patch. What identifies an object stays as it is, and a patch that changes nothing writes nothing.

        A patch may carry the revision that it was made from; 409 where the object has changed since. Nobody's ownership
        of fields is kept here: an apply merges as a strategic merge patch does.
        """
        old = self.get(collection, namespace, name)
        new = _patched(collection.resource, old, patch, patch_format)
        identity = {key: value for key, value in old["metadata"].items() if key in _IDENTITY}
        new["metadata"] = {**new.get("metadata", {}), **identity}
        new["apiVersion"], new["kind"] = old["apiVersion"], old["kind"]
        if new == old:
            return old
        validate(collection.resource, name, new)
        if new.get("spec") != old.get("spec") and "generation" in old["metadata"]:
            new["metadata"]["generation"] += 1
        return collection.put(old, new)

    def update(self, collection: Collection, new: Object) -> Object:
        """Replace an object by ``new``, which was made from it; 409 where it has changed since.

        The status stays as it is. An object that is being deleted and has lost its last finalizer goes.
        """
        metadata = new["metadata"]
        old = self._current(collection, metadata)
        if {**new, "status": None} == {**old, "status": None}:
            return old
        if new.get("spec") != old.get("spec") and "generation" in old["metadata"]:
            metadata = {**metadata, "generation": old["metadata"]["generation"] + 1}
        whole = {**new, "metadata": metadata, **({"status": old["status"]} if "status" in old else {})}
        stored = collection.put(old, whole)
        if "deletionTimestamp" in metadata and not metadata.get("finalizers") and not _grace_left(metadata):
            collection.remove(stored)
        return stored

    def update_status(self, collection: Collection, new: Object) -> Object:
        """Replace an object's status, and its annotations, by those of ``new``; 409 where it has changed since."""
        old = self._current(collection, new["metadata"])
        annotations = new["metadata"].get("annotations")
        if new["status"] == old.get("status") and annotations == old["metadata"].get("annotations"):
            return old
        metadata = old["metadata"] if annotations is None else {**old["metadata"], "annotations": annotations}
        return collection.replace(old, metadata=metadata, status=new["status"])

    def _current(self, collection: Collection, metadata: Object) -> Object:
        """The stored object, which must be the one that ``metadata`` was read from."""
        name = metadata["name"]
        old = self.get(collection, metadata.get("namespace", ""), name)
        if old["metadata"]["resourceVersion"] != metadata["resourceVersion"]:
            raise modified(collection.resource, name)
        return old

    def set_replicas(self, collection: Collection, old: Object, replicas: int) -> Object:
        """Scale a deployment or replica set."""
        metadata = {**old["metadata"], "generation": old["metadata"]["generation"] + 1}
        return collection.replace(old, metadata=metadata, spec={**old["spec"], "replicas": replicas})

    def delete(
        self,
        collection: Collection,
        namespace: str,
        name: str,
        uid: str | None = None,
        *,
        propagation: Propagation = "Background",
    ) -> None:
        """Delete an object: gracefully if it is a namespace or a pod that a kubelet must stop first, else at once.

        With ``uid`` the object must still be that one; 409 where another has taken its name. ``propagation`` says what
        becomes of its dependents. What has finalizers is marked, and goes when it has none left.
        """
        value = self.get(collection, namespace, name)
        if uid is not None and value["metadata"]["uid"] != uid:
            recorded = value["metadata"]["uid"]
            message = f"the UID in the precondition ({uid}) does not match the UID in record ({recorded})"
            raise ApiError(409, "Conflict", message)
        if collection.resource is NAMESPACES:
            self._terminate(collection, value, status={"phase": "Terminating"})
            return
        if propagation != "Background":
            value = self._guard(collection, value, PROPAGATION_FINALIZERS[propagation])
        grace = _grace_seconds(value) if collection.resource is PODS else 0
        if grace:
            self._terminate(collection, value, grace_seconds=grace)
        else:
            self.remove(collection, value)

    def _guard(self, collection: Collection, value: Object, finalizer: str) -> Object:
        """Have an object stay until the garbage collector has seen to its dependents."""
        metadata = value["metadata"]
        finalizers = metadata.get("finalizers", [])
        if finalizer in finalizers:
            return value
        return collection.replace(value, metadata={**metadata, "finalizers": [*finalizers, finalizer]})

    def remove(self, collection: Collection, value: Object) -> None:
        """Remove an object without grace; one that has finalizers stays until the last of them is taken off."""
        if value["metadata"].get("finalizers"):
            metadata = {"deletionTimestamp": self.timestamp(), **value["metadata"], "deletionGracePeriodSeconds": 0}
            if metadata != value["metadata"]:
                collection.replace(value, metadata=metadata)
            return
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
            metadata["deletionTimestamp"] = rfc3339(int(self.epoch_seconds + self._kernel.now) + grace_seconds)
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


def modified(resource: Resource, name: str) -> ApiError:
    """The API's 409 for a change that was made from another revision of the object."""
    message = f'Operation cannot be fulfilled on {resource.plural} "{name}": the object has been modified'
    return ApiError(409, "Conflict", message)


def is_bound(pod: Object) -> bool:
    """Whether a pod has been given a node."""
    return "nodeName" in pod["spec"]


def is_ready(pod: Object) -> bool:
    """Whether a pod is ready; simulated kubelets of load runs write that condition last."""
    conditions = pod["status"].get("conditions")
    if not conditions:
        return False
    last = conditions[-1]
    if last["type"] != "Ready":
        last = next((one for one in conditions if one["type"] == "Ready"), last)
    return bool(last["type"] == "Ready" and last["status"] == "True")


def creation_order(pod: Object) -> int:
    """A number that grows with every object created: the first part of a UID counts them."""
    return int(pod["metadata"]["uid"][:8], 16)


def read_selector(text: str) -> LabelSelector:
    """Parse a label selector; ``ApiError(400)`` where it is none."""
    try:
        return parse_label_selector(text)
    except ValueError as error:
        raise ApiError(400, "BadRequest", f"unable to parse the label selector: {error}") from error


def _patched(resource: Resource, old: Object, patch: Any, patch_format: PatchFormat) -> Object:
    # loaded here because most loads patch nothing, and all start sooner without
    from plimsoll.apimachinery.patching import json_patch, merge_patch, strategic_merge  # noqa: PLC0415
    from plimsoll.apimachinery.schema import schema_of  # noqa: PLC0415

    if patch_format == "json":
        changed: Object = json_patch(old, patch)
        return changed
    _check_patch(resource, old, patch)
    if patch_format == "merge":
        return merge_patch(old, patch)
    return strategic_merge(old, patch, schema_of(resource))


def _check_patch(resource: Resource, old: Object, patch: Any) -> None:
    """Refuse what is no merge patch (400), and one made from another revision of the object (409)."""
    metadata = (patch.get("metadata") or {}) if isinstance(patch, dict) else None
    if not isinstance(metadata, dict):
        raise ApiError(400, "BadRequest", "a merge patch of an object is an object, and so is its metadata")
    current = old["metadata"]["resourceVersion"]
    if metadata.get("resourceVersion", current) != current:
        name = old["metadata"]["name"]
        raise modified(resource, name)


def _grace_seconds(pod: Object) -> int:
    """How long a deleted pod's kubelet has to stop it; zero where no kubelet has anything to stop."""
    if not is_bound(pod) or pod["status"].get("phase") in FINISHED_PHASES:
        return 0
    grace: int = pod["spec"].get("terminationGracePeriodSeconds", DEFAULT_GRACE_SECONDS)
    return max(grace, 0)


def _grace_left(metadata: Object) -> bool:
    """Whether it is up to a kubelet to end this pod."""
    return bool(metadata.get("deletionGracePeriodSeconds"))
