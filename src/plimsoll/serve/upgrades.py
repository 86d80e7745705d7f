"""Subresources that turn a request into a connection of another protocol, which simulated containers cannot answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plimsoll.errors import ApiError

if TYPE_CHECKING:
    from plimsoll.serve.exchange import Exchange
    from plimsoll.serve.responses import Response

UPGRADES = (
    ("pods", "exec"),
    ("pods", "attach"),
    ("pods", "portforward"),
    ("pods", "proxy"),
    ("services", "proxy"),
)


def refuse_upgrade(exchange: Exchange) -> Response:
    """Raise ``ApiError(400)``, which kubectl prints as it is."""
    what = f"{exchange.info.resource}/{exchange.info.subresource}"
    raise ApiError(400, "BadRequest", f"{what} is not available: the containers of this cluster are simulated")
