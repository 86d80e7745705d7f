"""A cluster as a test sees it: objects by kind and name, time that the test moves, and what can go wrong."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from inspect import getsourcefile, getsourcelines
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar, cast, overload

import orjson

from plimsoll.errors import ApiError, Complaint, InputError, Place
from plimsoll.kube.patchformats import CONTENT_TYPES
from plimsoll.registry.requests import Listing, Payload, Request
from plimsoll.registry.strategies.copying import private_copy
from plimsoll.serve.frontend import begin
from plimsoll.serve.tokens import ADMINISTRATOR
from plimsoll.simcluster.api import EPOCH_SECONDS
from plimsoll.simcluster.faults import ApiErrors, ApiLatency, ComponentRestart, NodeLost
from plimsoll.testing.conducting import Direct
from plimsoll.testing.kinds import find_kind
from plimsoll.testing.manifests import documents
from plimsoll.testing.options import Options
from plimsoll.testing.picture import picture
from plimsoll.testing.readiness import is_ready

if TYPE_CHECKING:
    from pathlib import Path

    from plimsoll.apimachinery.kinds import APIResource
    from plimsoll.kube.patchformats import Patch, PatchFormat
    from plimsoll.kube.resources import Object
    from plimsoll.registry.registry import Registry
    from plimsoll.registry.requests import Verb, WatchEvent
    from plimsoll.simcluster.assembly import SimulatedCluster
    from plimsoll.simcluster.faults import Component, Fault
    from plimsoll.testing.conducting import Conductor
    from plimsoll.testing.manifests import Manifest

T = TypeVar("T")
Objects: TypeAlias = "list[Object]"
Changes: TypeAlias = "list[WatchEvent]"

DEFAULT_NAMESPACE = "default"
MANAGER = "plimsoll-testing"
"""The field manager of what a test writes."""

PATIENCE_SECONDS = 300.0
"""How long :meth:`Cluster.until` waits unless told otherwise."""

ESTABLISHING_SECONDS = 5.0
"""How long a definition may take until its objects can be created."""


class Cluster:
    """A simulated cluster. Refusals of its API are ``ApiError``, with ``code``, ``reason`` and ``message``.

    Kinds are named as for kubectl: ``pod``, ``deploy``, ``widgets.example.com``. Objects that are given out are the
    caller's own. ``namespace`` None is that of the object, or else ``default``; where objects are listed, all of them.
    The test's own requests take no time and never fail by an injected fault; those of components and clients do.
    """

    def __init__(self, registry: Registry, conductor: Conductor) -> None:
        self._registry = registry
        self._conductor = conductor

    @property
    def simulation(self) -> SimulatedCluster:
        """The cluster itself, for what has no method here; that of a server belongs to the server's thread."""
        return self._registry.cluster

    # --- time ---------------------------------------------------------------------------------------------------------

    @property
    def now(self) -> float:
        """Seconds of the cluster's time since it began."""
        return self.simulation.kernel.now

    def advance(self, seconds: float) -> None:
        """Let time pass. Everything that is due meanwhile has happened when this returns."""
        self._conductor.advance(seconds)

    def until(self, condition: Callable[[], T], *, timeout_seconds: float = PATIENCE_SECONDS) -> T:
        """Let time pass until a condition holds, and return what it gave; ``TimeoutError`` if it takes longer.

        The condition is looked at after each change of an object, at least once per second of the cluster's time.
        """
        result = self._conductor.until(condition, timeout_seconds)
        if not result:
            story = f"not within {timeout_seconds:g} s of the cluster's time: {_source(condition)}"
            raise TimeoutError(f"{story}\n{self.describe()}")
        return result

    # --- objects ------------------------------------------------------------------------------------------------------

    @overload
    def create(self, manifest: Mapping[str, Any], *, namespace: str | None = None) -> Object: ...
    @overload
    def create(
        self, manifest: str | Path | Sequence[Mapping[str, Any]], *, namespace: str | None = None
    ) -> Objects: ...
    def create(self, manifest: Manifest, *, namespace: str | None = None) -> Object | Objects:
        """Create what a manifest says: one object for a map, a list of them for several, YAML text or a file."""
        return self._each(manifest, lambda row, value: self._write("create", row, value, namespace))

    @overload
    def apply(self, manifest: Mapping[str, Any], *, namespace: str | None = None) -> Object: ...
    @overload
    def apply(self, manifest: str | Path | Sequence[Mapping[str, Any]], *, namespace: str | None = None) -> Objects: ...
    def apply(self, manifest: Manifest, *, namespace: str | None = None) -> Object | Objects:
        """Apply a manifest as ``kubectl apply --server-side --force-conflicts`` would."""
        return self._each(manifest, lambda row, value: self._write("patch", row, value, namespace))

    def update(self, value: Object, *, subresource: str = "") -> Object:
        """Replace an object, or its ``status``."""
        return self._write("update", self._row(value), value, None, subresource)

    def patch(
        self,
        kind: str,
        name: str,
        patch: Patch,
        *,
        namespace: str | None = None,
        patch_format: PatchFormat = "merge",
        subresource: str = "",
    ) -> Object:
        """Patch an object, or a subresource of it."""
        patch_type = CONTENT_TYPES[patch_format]
        return self._ask("patch", self._kind(kind), namespace, name, subresource, body=patch, patch_type=patch_type)

    def scale(self, kind: str, name: str, replicas: int, *, namespace: str | None = None) -> Object:
        """Set the number of replicas; returns the ``Scale``."""
        return self.patch(kind, name, {"spec": {"replicas": replicas}}, namespace=namespace, subresource="scale")

    def delete(
        self,
        kind: str,
        name: str,
        *,
        namespace: str | None = None,
        propagation: str = "Background",
        grace_seconds: int | None = None,
    ) -> None:
        """Delete an object. It may stay for its grace period, or until its finalizers are gone."""
        options: Object = {"propagationPolicy": propagation}
        if grace_seconds is not None:
            options["gracePeriodSeconds"] = grace_seconds
        self._ask("delete", self._kind(kind), namespace, name, body=options)

    def get(self, kind: str, name: str, *, namespace: str | None = None) -> Object:
        """One object; ``ApiError`` 404 where there is none."""
        return self._ask("get", self._kind(kind), namespace, name)

    def find(self, kind: str, name: str, *, namespace: str | None = None) -> Object | None:
        """One object, or None."""
        try:
            return self.get(kind, name, namespace=namespace)
        except ApiError as error:
            if error.reason != "NotFound":
                raise
            return None

    def list(self, kind: str, *, namespace: str | None = None, labels: str = "", fields: str = "") -> Objects:
        """The objects of a kind that the selectors match (``labels="app=web"``, ``fields="spec.nodeName=worker-1"``)."""
        options = {"labelSelector": labels, "fieldSelector": fields}
        row = self._kind(kind)
        request = Request("list", row.resource, namespace or "", user=ADMINISTRATOR, options=options)

        def listed() -> Objects:
            listing = self._registry.handle(request).object
            return [private_copy(value) for value in cast("Listing", listing).items]

        return self._conductor.perform(listed)

    def pods(self, *, namespace: str | None = None, labels: str = "", node: str = "") -> Objects:
        """Pods of all namespaces, or of one, or of a node."""
        return self.list("pods", namespace=namespace, labels=labels, fields=f"spec.nodeName={node}" if node else "")

    def nodes(self, *, labels: str = "") -> Objects:
        """All nodes."""
        return self.list("nodes", labels=labels)

    def events(self, *, about: str = "", reason: str = "", namespace: str | None = None) -> Objects:
        """Events, oldest first: of the object of that name, or of that reason."""
        wanted = {"involvedObject.name": about, "reason": reason}
        fields = ",".join(f"{field}={value}" for field, value in wanted.items() if value)
        return sorted(self.list("events", namespace=namespace, fields=fields), key=_last_seen)

    def is_ready(self, kind: str, name: str, *, namespace: str | None = None) -> bool:
        """Whether an object is there and is what its spec asks for: rolled out, complete, bound, ``Ready``."""
        value = self.find(kind, name, namespace=namespace)
        return value is not None and is_ready(value)

    @contextmanager
    def watching(self, kind: str, *, namespace: str | None = None, labels: str = "") -> Iterator[Changes]:
        """Record what happens to objects of a kind, in a list that grows until the context ends."""
        row = self._kind(kind)
        options = {"labelSelector": labels}
        request = Request("watch", row.resource, namespace or "", user=ADMINISTRATOR, options=options)
        changes: Changes = []
        perform = self._conductor.perform
        watch = perform(lambda: self._registry.watch(request, changes.append))
        try:
            yield changes
        finally:
            perform(watch.stop)

    # --- what goes wrong ----------------------------------------------------------------------------------------------

    def lose_node(self, node: str, *, for_seconds: float | None = None) -> None:
        """Take a node's power away, for good or for a time; it comes back without what ran on it."""
        self._require_node(node)
        self.inject(NodeLost(self.now, node, for_seconds))

    def restart(self, component: Component, *, down_seconds: float = 10.0, node: str | None = None) -> None:
        """Stop a component, and start it again later: scheduler, controllerManager, apiserver, or the kubelet of a node."""
        if node is not None:
            self._require_node(node)
        self.inject(ComponentRestart(self.now, component, down_seconds, node))

    def fail_requests(self, *, for_seconds: float, fraction: float = 1.0, code: int = 500) -> None:
        """Have the API server answer a fraction of all requests with an error."""
        self.inject(ApiErrors(self.now, for_seconds, fraction, code))

    def slow_requests(self, *, for_seconds: float, add_seconds: float) -> None:
        """Have every request take longer."""
        self.inject(ApiLatency(self.now, for_seconds, add_seconds))

    def inject(self, fault: Fault) -> None:
        """Have a fault of :mod:`plimsoll.simcluster.faults` begin now, whatever its time."""
        self._conductor.perform(lambda: self.simulation.faults.begin(fault))

    def describe(self) -> str:
        """Nodes, pods and the latest events, as text."""
        return self._conductor.perform(lambda: picture(self.simulation))

    # --- requests -----------------------------------------------------------------------------------------------------

    def _each(self, manifest: Manifest, write: Callable[[APIResource, Object], Object]) -> Object | Objects:
        written = [write(self._row(value), value) for value in documents(manifest)]
        return written[0] if isinstance(manifest, Mapping) and manifest.get("kind") != "List" else written

    def _kind(self, text: str) -> APIResource:
        return find_kind(self._registry.resources.catalogue, text)

    def _row(self, value: Object) -> APIResource:
        """The resource of an object; waits for a definition that has just been created."""
        group, _, version = value["apiVersion"].rpartition("/")
        kind = value["kind"]

        def found() -> APIResource | None:
            return self._registry.resources.catalogue.of_kind(group, version, kind)

        row = found()
        if row is None and any(_defines(definition, group, kind) for definition in self.list("crd")):
            row = self._conductor.until(found, ESTABLISHING_SECONDS)
        if row is None:
            remedy = "Correct apiVersion and kind, or create its definition before"
            raise InputError(Complaint(Place("the manifest"), f"{value['apiVersion']} {kind} is not served", remedy))
        return row

    def _write(
        self, verb: Verb, row: APIResource, value: Object, namespace: str | None, subresource: str = ""
    ) -> Object:
        metadata = value.get("metadata") or {}
        name = "" if verb == "create" else metadata.get("name", "")
        options = {"fieldManager": MANAGER, "fieldValidation": "Strict"}
        parts: dict[str, Any] = {"body": Payload(orjson.dumps(value))}
        if verb == "patch":
            options["force"] = "true"
            parts = {"body": orjson.loads(orjson.dumps(value)), "patch_type": CONTENT_TYPES["apply"]}
        return self._ask(verb, row, namespace or metadata.get("namespace"), name, subresource, options=options, **parts)

    def _ask(
        self,
        verb: Verb,
        row: APIResource,
        namespace: str | None,
        name: str,
        subresource: str = "",
        **parts: Any,
    ) -> Object:
        place = (namespace or DEFAULT_NAMESPACE) if row.resource.namespaced else ""
        options = parts.pop("options", {"fieldManager": MANAGER} if verb == "patch" else {})
        request = Request(
            verb,
            row.resource,
            place,
            name,
            subresource,
            ADMINISTRATOR,
            options=options,
            user_agent=MANAGER,
            **parts,
        )
        answered: Object = self._conductor.perform(lambda: private_copy(self._registry.handle(request).object))
        return answered

    def _require_node(self, node: str) -> None:
        known = self.simulation.kubelets
        if node not in known:
            raise InputError(Complaint(Place(repr(node)), "is no node", f"The nodes are {', '.join(known)}"))


@contextmanager
def cluster(**options: Any) -> Iterator[Cluster]:
    """A cluster in process, with the options of :class:`plimsoll.testing.options.Options`; it stands still by itself.

    Second 0 is the same date in every run, so that the same test sees the same timestamps.
    """
    registry = begin(Options(**options).compose(EPOCH_SECONDS))
    yield Cluster(registry, Direct(registry.cluster))


def _defines(definition: Object, group: str, kind: str) -> bool:
    spec = definition["spec"]
    return bool(spec["group"] == group and spec["names"]["kind"] == kind)


def _last_seen(event: Object) -> str:
    return str(event.get("lastTimestamp") or event.get("eventTime") or event["metadata"]["creationTimestamp"])


def _source(condition: Callable[[], object]) -> str:
    """Where a condition is written, as it stands there."""
    try:
        lines, number = getsourcelines(condition)
        return f"{getsourcefile(condition)}:{number}: {lines[0].strip()}"
    except (OSError, TypeError):
        return repr(condition)
