"""The history of a stateful set's or daemon set's template, as ``ControllerRevision`` objects (pkg/controller/history)."""

from __future__ import annotations

from collections.abc import Generator, Iterable
from typing import TYPE_CHECKING, Any

from plimsoll.errors import ApiError
from plimsoll.kube.resources import CONTROLLERREVISIONS
from plimsoll.simcluster.controllers.ownership import Ownership, reference_to
from plimsoll.simcluster.controllers.reconciling import Step, Steps, Verbs
from plimsoll.simcluster.controllers.templates import content_hash

if TYPE_CHECKING:
    from plimsoll.kube.resources import Object

LONGEST_NAME = 253
DEFAULT_LIMIT = 10
"""``revisionHistoryLimit`` (pkg/apis/apps/v1/defaults.go)."""


class History:
    """The revisions of the workloads of one kind."""

    def __init__(self, verbs: Verbs, ownership: Ownership, hash_label: str) -> None:
        self._verbs = verbs
        self._index = ownership.index(CONTROLLERREVISIONS)
        self._hash_label = hash_label

    def of(self, owner: Object) -> list[Object]:
        """The owner's revisions, oldest first."""
        return sorted(self._index.owned(owner["metadata"]["uid"]), key=lambda one: int(one["revision"]))

    def update(self, owner: Object, collisions: int) -> Generator[Step, Any, Object]:
        """The revision that stands for the owner's present template: found, renewed, or made.

        ``ApiError(409)`` AlreadyExists where another template has its name.
        """
        revisions = self.of(owner)
        data = template_patch(owner)
        number = int(revisions[-1]["revision"]) + 1 if revisions else 1
        equal = next((one for one in reversed(revisions) if one["data"] == data), None)
        if equal is None:
            made: Object = yield self._create(owner, data, number, collisions)
            return made
        if equal is revisions[-1]:
            return equal
        renewed: Object = yield self._verbs.update(CONTROLLERREVISIONS, {**equal, "revision": number})
        return renewed

    def _create(self, owner: Object, data: Object, number: int, collisions: int) -> Step:
        suffix = content_hash(data, collisions)
        metadata = owner["metadata"]
        labels = (owner["spec"]["template"].get("metadata") or {}).get("labels") or {}
        body = {
            "metadata": {
                "name": f"{metadata['name'][: LONGEST_NAME - len(suffix) - 1]}-{suffix}",
                "labels": {**labels, self._hash_label: suffix},
                "annotations": dict(metadata.get("annotations") or {}),
                "ownerReferences": [reference_to(owner)],
            },
            "data": data,
            "revision": number,
        }
        return self._verbs.create(CONTROLLERREVISIONS, metadata["namespace"], body)

    def hash_of(self, revision: Object) -> str:
        """The hash in a revision's name."""
        labels = revision["metadata"].get("labels") or {}
        return str(labels.get(self._hash_label, ""))

    def truncate(self, owner: Object, live: Iterable[str]) -> Steps:
        """Delete the oldest revisions beyond the limit, but none of those named in ``live``."""
        kept = frozenset(live)
        limit = owner["spec"].get("revisionHistoryLimit", DEFAULT_LIMIT)
        unused = [one for one in self.of(owner) if one["metadata"]["name"] not in kept]
        for revision in unused[: max(len(unused) - limit, 0)]:
            try:
                yield self._verbs.delete(CONTROLLERREVISIONS, revision)
            except ApiError as error:
                if error.reason != "NotFound":
                    raise


def template_patch(owner: Object) -> Object:
    """What a revision keeps: a patch that puts its template back."""
    return {"spec": {"template": {**owner["spec"]["template"], "$patch": "replace"}}}


def template_of(revision: Object) -> Object:
    """The template that a revision keeps."""
    template = revision["data"]["spec"]["template"]
    return {key: part for key, part in template.items() if key != "$patch"}
