"""Objects of one kind on their way from stage to stage."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Protocol

from plimsoll.simcluster.stages.stage import Delete, Event, Finalizers, Stage, Transition, choose

if TYPE_CHECKING:
    from plimsoll.kernel import Kernel, Random
    from plimsoll.kube.resources import Object
    from plimsoll.simcluster.api import Api
    from plimsoll.simcluster.recording import Recorder
    from plimsoll.simcluster.stages.stage import Action
    from plimsoll.simcluster.store import Collection, StoredChange

SHORTEST_SECONDS = 0.01
"""From one stage to the next: what a patch takes, and what keeps stages that never come to rest from stopping time."""


class Transitions(Protocol):
    """The status templates that are known for one kind."""

    by_stage: Mapping[str, Callable[[Object], Object]]

    def message(self, stage: str, value: Object) -> str:
        """What an event says whose message is a template."""
        ...

    def gone(self, value: Object) -> None:
        """An object is no longer there."""
        ...


class _Pending:
    """A stage that an object is about to go into."""

    __slots__ = ("stage",)

    def __init__(self, stage: Stage) -> None:
        self.stage = stage


class Following:
    """Carries objects of one collection through stages: those that ``governs`` says are under them."""

    def __init__(
        self,
        kernel: Kernel,
        api: Api,
        collection: Collection,
        random: Random,
        events: Recorder,
        transitions: Transitions,
        governs: Callable[[Object], bool],
    ) -> None:
        self.stages: tuple[Stage, ...] = ()
        self._kernel = kernel
        self._api = api
        self._collection = collection
        self._random = random
        self._events = events
        self._transitions = transitions
        self._governs = governs
        self._pending: dict[str, _Pending] = {}
        self._watches = False

    def follow(self, stages: Iterable[Stage]) -> None:
        """Follow these stages from now on."""
        self.stages = tuple(stages)
        if self.stages and not self._watches:
            self._watches = True
            self._collection.watchers = [*self._collection.watchers, self._observe]
        for value in tuple(self._collection):
            self._consider(value)

    def _observe(self, change: StoredChange) -> None:
        if change.type == "DELETED":
            self._pending.pop(change.object["metadata"]["uid"], None)
            self._transitions.gone(change.object)
        else:
            self._consider(change.object)

    def _consider(self, value: Object) -> None:
        """Find the stage that an object goes into next, unless it is on its way into one that is still for it."""
        uid = value["metadata"]["uid"]
        pending = self._pending.get(uid)
        if pending is not None:
            if pending.stage in self.stages and pending.stage.selector.matches(value):
                return
            del self._pending[uid]
        stage = choose(self.stages, value, self._random) if self.stages and self._governs(value) else None
        if stage is None:
            return
        unix_now = self._api.epoch_seconds + self._kernel.now
        pause = max(stage.delay.draw(value, unix_now, self._random), SHORTEST_SECONDS)
        pending = self._pending[uid] = _Pending(stage)
        metadata = value["metadata"]
        self._kernel.after(pause, self._enter, metadata.get("namespace", ""), metadata["name"], uid, pending)

    def _enter(self, namespace: str, name: str, uid: str, pending: _Pending) -> None:
        """The time has come for a stage."""
        if self._pending.get(uid) is not pending:
            return
        del self._pending[uid]
        if not self._act(pending.stage, namespace, name, uid):
            return
        stored = self._collection.find(namespace, name)
        if stored is not None:
            self._consider(stored)

    def _act(self, stage: Stage, namespace: str, name: str, uid: str) -> bool:
        """Do everything that a stage does; whether the object is still there."""
        for action in stage.actions:
            stored = self._collection.find(namespace, name)
            if stored is None or stored["metadata"]["uid"] != uid:
                return False
            self._perform(stage, action, stored)
        return True

    def _perform(self, stage: Stage, action: Action, stored: Object) -> None:
        match action:
            case Event():
                message = action.message or self._transitions.message(stage.name, stored)
                self._events.emit(stored, action.type, action.reason, "%s", message)
            case Finalizers():
                self._change_finalizers(action, stored)
            case Delete():
                self._api.remove(self._collection, stored)
            case Transition():
                status = self._transitions.by_stage[action.name](stored)
                if status != stored.get("status"):
                    self._collection.replace(stored, status=status)

    def _change_finalizers(self, change: Finalizers, stored: Object) -> None:
        metadata = stored["metadata"]
        before = [] if change.empty else [one for one in metadata.get("finalizers") or () if one not in change.remove]
        after = [*before, *(one for one in change.add if one not in before)]
        if after == (metadata.get("finalizers") or []):
            return
        rest = {key: part for key, part in metadata.items() if key != "finalizers"}
        self._collection.replace(stored, metadata={**rest, **({"finalizers": after} if after else {})})
