"""DELETECOLLECTION: everything that a request selects (store.go, DeleteCollection)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plimsoll.registry.options import delete_options
from plimsoll.registry.requests import Answer
from plimsoll.registry.verbs.deleting import delete_object
from plimsoll.registry.verbs.listing import read_list
from plimsoll.registry.verbs.listoptions import list_options
from plimsoll.registry.verbs.selection import selection

if TYPE_CHECKING:
    from plimsoll.registry.backing import Backing
    from plimsoll.registry.requests import Request
    from plimsoll.registry.served import Served


def delete_collection(backing: Backing, served: Served, request: Request) -> Answer:
    """Delete what matches, one by one; answers with the list as it was before."""
    listed = list_options(request.options)
    selected = selection(served, request)
    options = delete_options(request.options, request.body)
    listing = read_list(backing, served, request.namespace, selected, listed)
    for value in listing.items:
        metadata = value["metadata"]
        stored = served.collection.find(metadata.get("namespace", ""), metadata["name"])
        if stored is not None:
            delete_object(backing, served, request, stored, options)
    return Answer(200, listing)
