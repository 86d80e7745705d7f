"""How many events become how many Event objects (``k8s.io/client-go/tools/record/events_cache.go``).

Events that are equal are counted on one object. Events of one object that differ in their text only are, from the
eleventh within ten minutes on, one event with a text that says so. And one source may say only so much about one
object: 25 events at once, then one every five minutes.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from plimsoll.kernel import TokenBucket
from plimsoll.kube.resources import EVENTS, Object

if TYPE_CHECKING:
    from plimsoll.kernel import Kernel
    from plimsoll.simcluster.api import Api

MOST_SIMILAR = 10
SIMILAR_WITHIN_SECONDS = 600.0
SPAM_BURST = 25
SPAM_PER_SECOND = 1.0 / 300.0
LARGEST_CACHE = 4096
TIME_TO_LIVE_SECONDS = 3600.0
"""How long the API server keeps an event (kube-apiserver, --event-ttl)."""

_NANOSECONDS = 1_000_000_000


@dataclass(frozen=True, slots=True)
class Reporter:
    """Who reports: the component, and on which host. ``series`` reporters write events.k8s.io events, with an action."""

    component: str
    host: str = ""
    series: bool = False


class _Similar:
    """Events of one object that differ in their text only."""

    __slots__ = ("since_seconds", "texts")

    def __init__(self, now_seconds: float) -> None:
        self.since_seconds = now_seconds
        self.texts: set[str] = set()


@dataclass(slots=True)
class _Observed:
    """An Event that was written: its name, and how often it has happened."""

    name: str
    first: str
    count: int = 1


@dataclass(frozen=True, slots=True)
class EventWrite:
    """A request to make for an event."""

    repeats: bool
    perform: Callable[[], None] = field(repr=False)


class Correlator:
    """One reporter's memory of what it has reported."""

    def __init__(self, kernel: Kernel, api: Api, reporter: Reporter) -> None:
        self._kernel = kernel
        self._api = api
        self._events = api.store.collection(EVENTS)
        self._reporter = reporter
        self._allowances: dict[str, TokenBucket] = {}
        self._similar: dict[tuple[str, ...], _Similar] = {}
        self._observed: dict[tuple[str, ...], _Observed] = {}

    def correlate(
        self, regarding: Object, event_type: str, reason: str, text: str, action: str, field_path: str
    ) -> EventWrite | None:
        """What to write for an event; None where this source has said too much about the object already."""
        metadata = regarding["metadata"]
        uid = metadata.get("uid", metadata["name"])
        if not self._reporter.series and not self._may_report(uid):
            return None
        group = (uid, event_type, reason, action, field_path)
        combined = self._is_one_of_many(group, text)
        if combined:
            text = f"(combined from similar events): {text}"
        key = group if combined else (*group, text)
        observed = self._observed.get(key)
        if observed is not None:
            return EventWrite(True, lambda: self._repeat(metadata.get("namespace", "default"), key, observed, text))
        reference = _reference(regarding, field_path)
        return EventWrite(False, lambda: self._create(reference, key, event_type, reason, text, action))

    def _may_report(self, uid: str) -> bool:
        bucket = self._allowances.get(uid)
        if bucket is None:
            _limit(self._allowances)
            bucket = self._allowances[uid] = TokenBucket(SPAM_PER_SECOND, SPAM_BURST)
        return bucket.try_take(self._kernel.now)

    def _is_one_of_many(self, group: tuple[str, ...], text: str) -> bool:
        """Whether so much like this has been said already that it is said on one event from now on."""
        if self._reporter.series:
            return False
        now = self._kernel.now
        similar = self._similar.get(group)
        if similar is None or now - similar.since_seconds > SIMILAR_WITHIN_SECONDS:
            _limit(self._similar)
            similar = self._similar[group] = _Similar(now)
        similar.texts.add(text)
        return len(similar.texts) > MOST_SIMILAR

    def _create(
        self, reference: Object, key: tuple[str, ...], event_type: str, reason: str, text: str, action: str
    ) -> None:
        namespace = reference.get("namespace", "default")
        # the real ones are nanoseconds, too; here many things happen at once, but no two at one revision
        stamp = int((self._api.epoch_seconds + self._kernel.now) * _NANOSECONDS) + self._api.store.revision
        name = f"{reference['name']}.{stamp:x}"
        now = self._api.timestamp()
        body = {
            "metadata": {"name": name, "namespace": namespace},
            "involvedObject": reference,
            "reason": reason,
            "message": text,
            "type": event_type,
            **(self._series_fields(action) if self._reporter.series else self._counted_fields(now)),
        }
        stored = self._api.create(self._events, namespace, body)
        _limit(self._observed)
        self._observed[key] = _Observed(name, now)
        self._kernel.after(TIME_TO_LIVE_SECONDS, self._expire, namespace, name, stored["metadata"]["uid"], key)

    def _counted_fields(self, now: str) -> Object:
        reporter = self._reporter
        return {
            "source": {"component": reporter.component, **({"host": reporter.host} if reporter.host else {})},
            "firstTimestamp": now,
            "lastTimestamp": now,
            "count": 1,
            "eventTime": None,
            "reportingComponent": reporter.component,
            "reportingInstance": reporter.host,
        }

    def _series_fields(self, action: str) -> Object:
        return {
            "source": {},
            "firstTimestamp": None,
            "lastTimestamp": None,
            "eventTime": self._api.micro_timestamp(),
            "action": action,
            "reportingComponent": self._reporter.component,
            "reportingInstance": self._reporter.host or self._reporter.component,
        }

    def _repeat(self, namespace: str, key: tuple[str, ...], observed: _Observed, text: str) -> None:
        stored = self._events.find(namespace, observed.name)
        if stored is None:
            self._observed.pop(key, None)
            return
        observed.count += 1
        if self._reporter.series:
            series = {"count": observed.count, "lastObservedTime": self._api.micro_timestamp()}
            self._events.replace(stored, series=series)
        else:
            now = self._api.timestamp()
            self._events.replace(stored, count=observed.count, lastTimestamp=now, message=text)

    def _expire(self, namespace: str, name: str, uid: str, key: tuple[str, ...]) -> None:
        """Remove an event an hour after it last happened; here: after it was last written."""
        stored = self._events.find(namespace, name)
        if stored is None or stored["metadata"]["uid"] != uid:
            return
        last = stored.get("lastTimestamp") or (stored.get("series") or {}).get("lastObservedTime")
        left = self._api.seconds_of(last) + TIME_TO_LIVE_SECONDS - self._kernel.now if last else 0.0
        if left > 1.0:
            self._kernel.after(left, self._expire, namespace, name, uid, key)
            return
        self._observed.pop(key, None)
        self._api.remove(self._events, stored)


def _reference(regarding: Object, field_path: str) -> Object:
    """The ``ObjectReference`` that an event carries."""
    metadata = regarding["metadata"]
    reference = {
        "kind": regarding["kind"],
        "namespace": metadata.get("namespace"),
        "name": metadata["name"],
        "uid": metadata.get("uid"),
        "apiVersion": regarding["apiVersion"],
        "resourceVersion": metadata.get("resourceVersion"),
        "fieldPath": field_path,
    }
    return {name: value for name, value in reference.items() if value}


def _limit(cache: dict[Any, Any]) -> None:
    if len(cache) >= LARGEST_CACHE:
        cache.clear()
