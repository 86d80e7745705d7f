"""Syncs as stories: generators that yield the requests they make, one by one or several at a time.

The controllers that a load is made of are written as callbacks, for they are called a million times over. All others
are a :class:`Reconciler` and a generator function, which reads the store, yields requests and goes on with their
answers. An ``ApiError`` that the generator does not catch ends the sync, and the key is tried again after a back-off,
as a Go controller's ``return err`` does.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from plimsoll.errors import ApiError
from plimsoll.simcluster.client import Client, ClientEnvironment, RequestKind
from plimsoll.simcluster.correlation import Reporter
from plimsoll.simcluster.recording import recorder
from plimsoll.simcluster.store import StoredChange
from plimsoll.simcluster.workqueue import Key, WorkQueue

if TYPE_CHECKING:
    from plimsoll.kube.resources import Object, Resource
    from plimsoll.simcluster.api import Api, Propagation
    from plimsoll.simcluster.settings import ControllerSettings
    from plimsoll.simcluster.store import Collection, Watcher


class Step(NamedTuple):
    """One request, and what it does where its answer is due."""

    kind: RequestKind
    action: Callable[[], Any]


Steps = Generator[Step | Sequence[Step], Any, None]
"""A sync. A step gives its answer or raises its error; a sequence of steps gives a list of answers and errors."""

Story = Callable[[Key], Steps]


Shortcut = Callable[[Key, Callable[[], None]], bool]
"""Carries out a sync without a story where it can, and says whether it could."""


class Verbs:
    """A controller's client, whose requests are steps of its syncs."""

    def __init__(self, environment: ClientEnvironment, api: Api, role: str, *, qps: float, burst: int) -> None:
        self.client = Client(environment, role, qps=qps, burst=burst)
        self._api = api
        self._kinds: dict[tuple[str, str], RequestKind] = {}

    def get(self, resource: Resource, namespace: str, name: str) -> Step:
        """Read the present state past all caches."""
        collection = self._api.store.collection(resource)
        return Step(self._kind("GET", resource.plural), lambda: self._api.get(collection, namespace, name))

    def create(self, resource: Resource, namespace: str, body: Object) -> Step:
        """Create an object."""
        collection = self._api.store.collection(resource)
        return Step(self._kind("POST", resource.plural), lambda: self._api.create(collection, namespace, body))

    def update(self, resource: Resource, new: Object) -> Step:
        """Replace an object by one that was made from it."""
        collection = self._api.store.collection(resource)
        return Step(self._kind("PUT", resource.plural), lambda: self._api.update(collection, new))

    def update_status(self, resource: Resource, new: Object, status: Object | None = None) -> Step:
        """Replace an object's status."""
        collection = self._api.store.collection(resource)
        whole = new if status is None else {**new, "status": status}
        return Step(self._kind("PUT", f"{resource.plural}/status"), lambda: self._api.update_status(collection, whole))

    def delete(self, resource: Resource, value: Object, propagation: Propagation = "Background") -> Step:
        """Delete this very object, and not another that has taken its name."""
        collection = self._api.store.collection(resource)
        metadata = value["metadata"]
        namespace, name, uid = metadata.get("namespace", ""), metadata["name"], metadata["uid"]
        return Step(
            self._kind("DELETE", resource.plural),
            lambda: self._api.delete(collection, namespace, name, uid, propagation=propagation),
        )

    def _kind(self, verb: str, resource: str) -> RequestKind:
        if (verb, resource) not in self._kinds:
            self._kinds[(verb, resource)] = self.client.kind(verb, resource)
        return self._kinds[(verb, resource)]


class Reconciler:
    """What every controller has: a queue, a client with its limiter, a recorder of events."""

    def __init__(
        self,
        environment: ClientEnvironment,
        settings: ControllerSettings,
        api: Api,
        name: str,
        story: Story,
        *,
        workers: int = 1,
        shortcut: Shortcut | None = None,
    ) -> None:
        self.api = api
        self.kernel = environment.kernel
        self.verbs = Verbs(environment, api, name, qps=settings.qps, burst=settings.burst)
        events = Client(environment, "controller-events", qps=settings.qps, burst=settings.burst)
        self.events = recorder(environment, events, Reporter(name))
        self.queue = WorkQueue(environment.kernel, workers, self._sync)
        self._story = story
        self._shortcut = shortcut

    def _sync(self, key: Key, done: Callable[[], None]) -> None:
        if self._shortcut is not None and self._shortcut(key, done):
            return
        _Telling(self, key, done, self._story(key)).go_on(None)


class _Telling:
    """One sync under way."""

    __slots__ = ("_done", "_key", "_reconciler", "_steps")

    def __init__(self, reconciler: Reconciler, key: Key, done: Callable[[], None], steps: Steps) -> None:
        self._reconciler = reconciler
        self._key = key
        self._done = done
        self._steps = steps

    def go_on(self, answer: Any) -> None:
        """Carry the sync on to its next request."""
        try:
            step = self._steps.throw(answer) if isinstance(answer, ApiError) else self._steps.send(answer)
        except StopIteration:
            self._reconciler.queue.forget_failures(self._key)
            self._done()
        except ApiError:
            self._reconciler.queue.retry(self._key)
            self._done()
        else:
            self._make(step)

    def _make(self, step: Step | Sequence[Step]) -> None:
        client = self._reconciler.verbs.client
        if isinstance(step, Step):
            call = _Answer(step, self.go_on)
            client.call(step.kind, call.arrive, failed=self.go_on)
        elif not step:
            self.go_on([])
        else:
            together = _Together(len(step), self.go_on)
            for index, one in enumerate(step):
                together.make(client, index, one)


class _Answer:
    """The answer to one request."""

    __slots__ = ("_step", "_then")

    def __init__(self, step: Step, then: Callable[[Any], None]) -> None:
        self._step = step
        self._then = then

    def arrive(self) -> None:
        """Do what the request asked for, and hand on what came of it."""
        self._then(self._step.action())


class _Together:
    """Requests that are made at the same time."""

    __slots__ = ("_answers", "_left", "_then")

    def __init__(self, count: int, then: Callable[[Any], None]) -> None:
        self._answers: list[Any] = [None] * count
        self._left = count
        self._then = then

    def make(self, client: Client, index: int, step: Step) -> None:
        """Make one of them."""

        def answered(answer: Any) -> None:
            self._answers[index] = answer
            self._left -= 1
            if not self._left:
                self._then(self._answers)

        client.call(step.kind, _Answer(step, answered).arrive, failed=answered)


def follow(collection: Collection, watcher: Watcher) -> None:
    """List and watch: be told of every object that there is, then of every change."""
    for value in tuple(collection):
        watcher(StoredChange(int(value["metadata"]["resourceVersion"]), "ADDED", value, None))
    collection.watchers.append(watcher)


def key_of(value: Object) -> Key:
    """An object's key in a work queue."""
    metadata = value["metadata"]
    return metadata.get("namespace", ""), metadata["name"]


def raise_first(answers: Sequence[Any]) -> None:
    """Raise the first error among the answers to requests that were made together."""
    for answer in answers:
        if isinstance(answer, ApiError):
            raise answer
