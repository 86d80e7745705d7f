"""Creating what was created before under another name, without doing again what came out the same.

A load creates thousands of objects that differ in nothing but their names, labels and the values of variables. What a
body becomes, decoded, with defaults, admitted, checked, its fields counted, depends on the rest of the body and on a few
other objects; so the first one is kept as a mould for the next. What has to be asked each time, whether the namespace is
there and the quota has room, is asked each time.
"""

from __future__ import annotations

from collections.abc import Hashable
from typing import TYPE_CHECKING, Any, NamedTuple

import orjson

from plimsoll.apimachinery.naming import dns_subdomain, label_value
from plimsoll.kube.resources import (
    CONFIGMAPS,
    DEPLOYMENTS,
    LIMITRANGES,
    PODS,
    PRIORITYCLASSES,
    RUNTIMECLASSES,
    SECRETS,
    SERVICEACCOUNTS,
    Object,
    Resource,
)
from plimsoll.registry.requests import Payload
from plimsoll.registry.verbs.variables import free_values, with_values

if TYPE_CHECKING:
    from plimsoll.registry.requests import Request
    from plimsoll.registry.verbs.variables import Place
    from plimsoll.simcluster.store import Store, StoredChange

JSON = "application/json"

LARGEST_BODY_BYTES = 32_768
"""Larger bodies are seldom alike, and their keys would cost more than they save."""

CAPACITY = 2048
"""Moulds in each of two generations: those that were used since the younger one began are kept until it is full."""

VARIANTS = 64
"""Specs with other values of variables that a mould keeps, so that pods of a few templates share theirs."""

MOULDED = frozenset({PODS, CONFIGMAPS, SECRETS, DEPLOYMENTS})
"""Kinds of which admission asks nothing but what :meth:`Moulds.key` takes into account."""

_IDENTITY = ("name", "namespace", "uid", "creationTimestamp", "resourceVersion", "managedFields")

_LABEL_KEYS = b"atchLabelKeys"
"""In ``matchLabelKeys`` and ``mismatchLabelKeys``, by which a pod's constraints take over its labels."""

Key = tuple[Hashable, ...]


class Particulars(NamedTuple):
    """What an object has for itself: its name, or what that begins with, its labels and the values of its variables."""

    name: str
    name_prefix: str
    labels: Object | None
    places: tuple[Place, ...] = ()
    values: tuple[str, ...] = ()


class Mould:
    """What a body becomes, apart from its identity; all parts are shared by the objects that are made from it."""

    __slots__ = ("_dated", "_entry", "_metadata", "_specs", "_time", "_value", "warnings")

    def __init__(self, stored: Object, particulars: Particulars, warnings: tuple[str, ...]) -> None:
        metadata = stored["metadata"]
        self._specs: dict[tuple[str, ...], Object] = {particulars.values: stored.get("spec", {})}
        self.warnings = warnings
        self._value = {key: part for key, part in stored.items() if key != "metadata"}
        self._metadata = {key: part for key, part in metadata.items() if key not in _IDENTITY}
        self._entry: Object | None = (metadata.get("managedFields") or [None])[0]
        self._time = ""
        self._dated: list[Object] = []

    def cast(self, particulars: Particulars, namespace: str, uid: str, now: str) -> Object:
        """A new object of this form; what the mould has itself it keeps, so that it is shared."""
        metadata = {
            "name": particulars.name,
            "namespace": namespace,
            "uid": uid,
            "creationTimestamp": now,
            **self._metadata,
        }
        if particulars.labels != metadata.get("labels"):
            metadata["labels"] = particulars.labels
        if self._entry is not None:
            if self._time != now:
                self._time = now
                self._dated = [{**self._entry, "time": now}]
            metadata["managedFields"] = self._dated
        if particulars.values:
            return {**self._value, "metadata": metadata, "spec": self._spec(particulars)}
        return {**self._value, "metadata": metadata}

    def _spec(self, particulars: Particulars) -> Object:
        spec = self._specs.get(particulars.values)
        if spec is None:
            if len(self._specs) >= VARIANTS:
                self._specs.clear()
            spec = with_values(self._value["spec"], particulars.places, particulars.values)
            self._specs[particulars.values] = spec
        return spec


class Moulds:
    """The moulds of one cluster."""

    def __init__(self, store: Store) -> None:
        self._young: dict[Key, Mould] = {}
        self._old: dict[Key, Mould] = {}
        self._classes_changed = 0
        self._ranges = store.collection(LIMITRANGES)
        self._accounts = store.collection(SERVICEACCOUNTS)
        for resource in (PRIORITYCLASSES, RUNTIMECLASSES):
            store.collection(resource).indexers.append(self._observe_class)

    def _observe_class(self, change: StoredChange) -> None:
        del change
        self._classes_changed += 1

    def key(self, request: Request) -> tuple[Key, Particulars] | None:
        """What a new object's form depends on, and what it has for itself.

        None where the request is not one that is likely to come again: then it takes the long way.
        """
        resource, options = request.resource, request.options
        if resource not in MOULDED or "dryRun" in options:
            return None
        parsed = _parsed(request.body)
        if parsed is None or not isinstance(parsed[0].get("metadata"), dict):
            return None
        value, size = parsed
        metadata: dict[str, Any] = dict(value["metadata"])
        name = metadata.pop("name", "")
        if metadata.get("namespace") == request.namespace:
            size -= len(metadata.pop("namespace"))
        prefix = metadata.get("generateName", "")
        if not isinstance(name, str) or not (name or prefix) or (name and dns_subdomain(name)):
            return None
        surroundings = self._surroundings(resource, request.namespace, value)
        labels = metadata.get("labels")
        if labels and _are_valid(labels):
            metadata["labels"] = dict.fromkeys(labels, "")
            size -= sum(map(len, labels.values()))
        form = {**value, "metadata": metadata}
        places, values = free_values(value["spec"]) if resource == PODS and surroundings is not None else ((), ())
        if places:
            form["spec"] = with_values(value["spec"], places, ("",) * len(places))
            size -= sum(map(len, values))
        text = _text(form)
        if text is None or surroundings is None:
            return None
        said = tuple(options.items())
        key = resource, text, places, size - len(name), said, request.user_agent, surroundings
        return key, Particulars(name, prefix, labels, places, values)

    def find(self, key: Key) -> Mould | None:
        """The mould for a key, if such an object was created lately."""
        found = self._young.get(key)
        if found is not None:
            return found
        found = self._old.get(key)
        if found is not None:
            self._keep(key, found)
        return found

    def keep(self, key: Key, particulars: Particulars, stored: Object, warnings: tuple[str, ...]) -> None:
        """Keep a new object as a mould, if one writer owns all of it."""
        if len(stored["metadata"].get("managedFields") or ()) <= 1:
            self._keep(key, Mould(stored, particulars, warnings))

    def _keep(self, key: Key, mould: Mould) -> None:
        if len(self._young) >= CAPACITY:
            self._old, self._young = self._young, {}
        self._young[key] = mould

    def _surroundings(self, resource: Resource, namespace: str, value: Object) -> Hashable | None:
        """What admission looks up for an object, or what tells that it has changed; None where something is missing."""
        if resource != PODS:
            return ()
        spec = value.get("spec")
        if not isinstance(spec, dict):
            return None
        account = self._accounts.find(namespace, spec.get("serviceAccountName") or "default")
        if account is None:
            return None
        secrets = account.get("imagePullSecrets")
        ranges = self._ranges.in_namespace(namespace) if self._ranges.holds(namespace) else ()
        return (
            self._classes_changed,
            account.get("automountServiceAccountToken"),
            orjson.dumps(secrets) if secrets else None,
            tuple(found["metadata"]["resourceVersion"] for found in ranges),
        )


def _parsed(body: Any) -> tuple[Object, int] | None:
    """A body as a value, with its size; None where it is not worth, or no object."""
    if isinstance(body, Payload):
        if body.media_type != JSON or len(body.content) > LARGEST_BODY_BYTES:
            return None
        try:
            value = orjson.loads(body.content)
        except orjson.JSONDecodeError:
            return None
        return (value, len(body.content)) if isinstance(value, dict) else None
    return (body, 0) if isinstance(body, dict) else None


def _text(value: Object) -> bytes | None:
    """A form as a text; None where it is nested too deeply, or depends on the values of labels."""
    try:
        text = orjson.dumps(value)
    except orjson.JSONEncodeError:
        return None
    return None if _LABEL_KEYS in text else text


def _are_valid(labels: Any) -> bool:
    """Whether these are labels with values that need no second look."""
    return isinstance(labels, dict) and all(isinstance(text, str) and not label_value(text) for text in labels.values())
