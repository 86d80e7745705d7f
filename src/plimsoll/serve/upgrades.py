"""Subresources that turn a request into a connection of another protocol, which simulated containers cannot answer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from plimsoll.errors import ApiError
from plimsoll.registry.requests import Request

if TYPE_CHECKING:
    from plimsoll.registry.registry import Registry
    from plimsoll.serve.exchange import Exchange, Handler
    from plimsoll.serve.responses import Response

UPGRADES = (
    ("pods", "exec"),
    ("pods", "attach"),
    ("pods", "portforward"),
    ("pods", "proxy"),
    ("services", "proxy"),
)


def upgrades(registry: Registry) -> Mapping[tuple[str, str], Handler]:
    """What answers these subresources, by resource and subresource."""

    def refuse(exchange: Exchange) -> Response:
        info = exchange.info
        resource = registry.resolve(info.group, info.version, info.resource)
        if resource is not None:
            registry.handle(Request("get", resource, info.namespace, info.name.split(":")[-1]))  # 404 if there is none
        return _refuse(exchange)

    return dict.fromkeys(UPGRADES, refuse)


def _refuse(exchange: Exchange) -> Response:
    """Raise ``ApiError(400)``, which kubectl prints as it is."""
    what = f"{exchange.info.resource}/{exchange.info.subresource}"
    raise ApiError(400, "BadRequest", f"{what} is not available: the containers of this cluster are simulated")
