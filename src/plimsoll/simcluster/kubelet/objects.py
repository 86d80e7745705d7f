"""How a kubelet gets the secrets and config maps its pods refer to: what the Get, Cache and Watch strategies have in common.

From kubelet/util/manager. The strategies are in files of their own: :mod:`getting`, :mod:`caching`, :mod:`watching`.
What an object contains plays no part; whether it exists does.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Final, Protocol

from plimsoll.kube.resources import CONFIGMAPS, SECRETS
from plimsoll.simcluster.store import not_found

if TYPE_CHECKING:
    from plimsoll.errors import ApiError
    from plimsoll.simcluster.client import Client
    from plimsoll.simcluster.kubelet.needs import PodNeeds, Reference
    from plimsoll.simcluster.store import Store

Key = tuple[str, str, str]
"""Namespace, resource, name."""


@dataclass(frozen=True, slots=True)
class Failure:
    """An object that could not be read, and why."""

    reference: Reference
    missing: bool
    """The API server says that there is no such object; otherwise the kubelet did not hear of it in time."""

    def __str__(self) -> str:
        kind = self.reference[0].removesuffix("s")
        if self.missing:
            return f'{kind} "{self.reference[1]}" not found'
        return f"failed to sync {kind} cache: timed out waiting for the condition"


ALL_READ: Final[tuple[Failure, ...]] = ()

Answer = Callable[[bool], None]
"""Hears whether one object exists."""

ReadDone = Callable[[Sequence[Failure]], None]
"""Hears what could not be read; called when the last answer is there."""


class ObjectManager(Protocol):
    """A strategy."""

    polls: bool
    """Whether syncs of running pods may cost requests."""

    watches: int
    """Watches that are open."""

    def register(self, namespace: str, needs: PodNeeds) -> None:
        """A pod that refers to these objects has come."""
        ...

    def updated(self, namespace: str, needs: PodNeeds) -> None:
        """The pod was updated in the API."""
        ...

    def unregister(self, namespace: str, needs: PodNeeds) -> None:
        """The pod is gone."""
        ...

    def read(self, namespace: str, needs: PodNeeds, references: Sequence[Reference], done: ReadDone) -> None:
        """Read some of a registered pod's objects at the same time."""
        ...


class ObjectRequests:
    """A kubelet's requests for objects, and what the API server has."""

    def __init__(self, client: Client, store: Store) -> None:
        self.client = client
        self._collections = {resource.plural: store.collection(resource) for resource in (SECRETS, CONFIGMAPS)}
        self._kinds = {plural: client.kind("GET", plural) for plural in self._collections}

    def exists(self, namespace: str, resource: str, name: str) -> bool:
        """Whether the API server has the object."""
        return self._collections[resource].find(namespace, name) is not None

    def get(self, key: Key, answer: Answer) -> None:
        """Ask for one object."""
        self.client.call(self._kinds[key[1]], self._answer, key, answer, failed=lambda _: answer(False))

    def get_only(self, namespace: str, reference: Reference, done: ReadDone) -> None:
        """Ask for an object that is all there is to be read."""
        failed = partial(_only_missing, done, reference)
        self.client.call(self._kinds[reference[0]], self._answer_only, namespace, reference, done, failed=failed)

    def _answer(self, key: Key, answer: Answer) -> None:
        namespace, resource, name = key
        collection = self._collections[resource]
        if collection.find(namespace, name) is None:
            raise not_found(collection.resource, name)
        answer(True)

    def _answer_only(self, namespace: str, reference: Reference, done: ReadDone) -> None:
        collection = self._collections[reference[0]]
        if collection.find(namespace, reference[1]) is None:
            raise not_found(collection.resource, reference[1])
        done(ALL_READ)


def _only_missing(done: ReadDone, reference: Reference, _error: ApiError) -> None:
    done((Failure(reference, missing=True),))


class Join:
    """Gathers the answers to requests made at the same time; :meth:`close` says that no more are made."""

    __slots__ = ("_done", "_failures", "_open")

    def __init__(self, done: ReadDone) -> None:
        self._done = done
        self._failures: list[Failure] = []
        self._open = 1

    def expect(self, reference: Reference) -> Answer:
        """One more answer has to come; call the result when it has."""
        self._open += 1

        def answer(found: bool) -> None:  # noqa: FBT001 - an answer has no other content
            if not found:
                self._failures.append(Failure(reference, missing=True))
            self.close()

        return answer

    def close(self) -> None:
        """One thing less to wait for."""
        self._open -= 1
        if not self._open:
            self._done(self._failures)
