"""LIST: all objects that match, at one revision, in pages (apiserver, storage/etcd3/store.go and storage/cacher)."""

from __future__ import annotations

from bisect import bisect_left
from typing import TYPE_CHECKING

from plimsoll.errors import ApiError
from plimsoll.registry.refusals import bad_request
from plimsoll.registry.requests import Answer, Listing
from plimsoll.registry.verbs import continuation
from plimsoll.registry.verbs.listoptions import EXACT, ListOptions, list_options
from plimsoll.registry.verbs.revisions import check_not_older, read_list_revision
from plimsoll.registry.verbs.selection import Selection, selection

if TYPE_CHECKING:
    from plimsoll.kube.resources import Object
    from plimsoll.registry.backing import Backing
    from plimsoll.registry.requests import Request
    from plimsoll.registry.served import Served
    from plimsoll.simcluster.store import Collection

_TOO_OLD = "The resourceVersion for the provided list is too old."
_TOKEN_TOO_OLD = (
    "The provided continue parameter is too old to display a consistent list result. You can start a new list without "
    "the continue parameter, or use the continue token in this response to retrieve the remainder of the results. "
    "Continuing with the provided token results in an inconsistent list - objects that were created, modified, or "
    "deleted between the time the first chunk was returned and now may show up in the list."
)


def list_objects(backing: Backing, served: Served, request: Request) -> Answer:
    """The objects that a request selects; a page of them where it sets a limit."""
    options = list_options(request.options)
    selected = selection(served, request)
    return Answer(200, read_list(backing, served, request.namespace, selected, options))


def read_list(backing: Backing, served: Served, namespace: str, selected: Selection, options: ListOptions) -> Listing:
    """The objects of a namespace (of all where it is empty) that match, as the options ask for them."""
    revision, start = _position(backing, options)
    if revision is None:
        revision = backing.store.revision
        ordered = _in_order(served.collection, namespace)
    else:
        ordered = _at(served.collection, namespace, revision, options)
    key = _name if namespace else _key
    if start:
        ordered = ordered[bisect_left(ordered, start, key=key) :]
    limit = 0 if options.revision == "0" and not options.continue_token else options.limit
    chosen, more = _choose(ordered, selected, limit)
    strategy = served.strategy
    items = [strategy.from_stored(value) for value in chosen]
    if not more:
        return Listing(served.resource, items, str(revision))
    token = continuation.encode(revision, key(chosen[-1]))
    remaining = len(ordered) - len(items) if selected.selects_all else None
    return Listing(served.resource, items, str(revision), token, remaining)


def _position(backing: Backing, options: ListOptions) -> tuple[int | None, str]:
    """At which revision to read, None for the present, and from which key on."""
    if options.continue_token:
        where = continuation.decode(options.continue_token)
        if options.revision not in {"", "0"}:
            raise bad_request("specifying resource version is not allowed when using continue")
        if where.revision > 0:
            check_not_older(backing.store, where.revision)
            return where.revision, where.start
        return None, where.start
    if not options.revision:
        return None, ""
    revision = read_list_revision(options.revision)
    check_not_older(backing.store, revision)
    if options.match == EXACT or (not options.match and options.limit and revision > 0):
        return revision, ""
    return None, ""


def _at(collection: Collection, namespace: str, revision: int, options: ListOptions) -> list[Object]:
    """What was there at a revision; 410 where that is forgotten, with a token to go on with what is there now."""
    try:
        values = collection.at(revision)
    except ApiError:
        if not options.continue_token:
            raise ApiError(410, "Expired", _TOO_OLD) from None
        start = continuation.decode(options.continue_token).start.removesuffix("\x00")
        token = continuation.encode(continuation.AS_IT_IS, start)
        raise ApiError(410, "Expired", _TOKEN_TOO_OLD, continue_token=token) from None
    if namespace:
        values = [value for value in values if value["metadata"].get("namespace") == namespace]
    return sorted(values, key=_key)


def _in_order(collection: Collection, namespace: str) -> list[Object]:
    values = collection.in_namespace(namespace) if namespace else collection
    return sorted(values, key=_key)


def _key(value: Object) -> str:
    """Where an object stands in a list: by namespace, then by name, as the keys of etcd."""
    metadata = value["metadata"]
    namespace = metadata.get("namespace")
    name: str = metadata["name"]
    return f"{namespace}/{name}" if namespace else name


def _name(value: Object) -> str:
    """Where an object stands in a list of one namespace."""
    name: str = value["metadata"]["name"]
    return name


def _choose(ordered: list[Object], selected: Selection, limit: int) -> tuple[list[Object], bool]:
    """The first objects that match, so many at most, and whether there are more to look at, which may not match."""
    if selected.selects_all:
        return (ordered[:limit], len(ordered) > limit) if limit else (ordered, False)
    chosen: list[Object] = []
    for index, value in enumerate(ordered):
        if selected.matches(value):
            chosen.append(value)
            if len(chosen) == limit:
                return chosen, index + 1 < len(ordered)
    return chosen, False
