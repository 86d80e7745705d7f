"""GET of one object."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plimsoll.registry.refusals import not_found
from plimsoll.registry.requests import Answer
from plimsoll.registry.verbs.revisions import check_not_older, read_revision

if TYPE_CHECKING:
    from plimsoll.registry.backing import Backing
    from plimsoll.registry.requests import Request
    from plimsoll.registry.served import Served


def get(backing: Backing, served: Served, request: Request) -> Answer:
    """One object as it is now, which is never older than what was asked for."""
    wanted = request.options.get("resourceVersion", "")
    if wanted:
        check_not_older(backing.store, read_revision(wanted))
    stored = served.collection.find(request.namespace, request.name)
    if stored is None:
        raise not_found(served.resource, request.name)
    return Answer(200, served.strategy.from_stored(stored))
