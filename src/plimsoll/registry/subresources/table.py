"""Which subresource is answered by what."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from plimsoll.registry.subresources.binding import bind
from plimsoll.registry.subresources.eviction import evict
from plimsoll.registry.subresources.scale import read_scale, write_scale

if TYPE_CHECKING:
    from plimsoll.registry.backing import Backing
    from plimsoll.registry.requests import Answer, Request
    from plimsoll.registry.served import Served

Handler = Callable[["Backing", "Served", "Request"], "Answer"]

SUBRESOURCES: Mapping[tuple[str, str, str], Handler] = {
    ("pods", "binding", "create"): bind,
    ("pods", "eviction", "create"): evict,
    ("bindings", "", "create"): bind,
}
"""By resource (of the core group), subresource and verb."""

SCALES: Mapping[str, Handler] = {"get": read_scale, "update": write_scale, "patch": write_scale}
