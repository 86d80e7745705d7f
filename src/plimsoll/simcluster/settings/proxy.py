"""The connections of nodes to the API servers, and the proxies on their way."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from plimsoll.simcluster.settings.setting import Count, Seconds, Settings


class ProxySettings(Settings):
    """The connections of nodes to the API servers, and the stream proxy on each node that may cut them.

    Constants of clients are here, too, as far as they decide how long a connection is idle.
    """

    enabled: bool = Field(description="The nodes' long-lived connections are simulated; without, they cost nothing.")
    idle_timeout_seconds: Seconds = Field(
        description="A connection without a byte for so long is cut (nginx proxy_timeout); zero is never."
    )
    multiplexed: bool = Field(
        description="HTTP/2: all requests of a client share a connection. Otherwise each watch has one of its own."
    )
    streams_per_connection: Annotated[int, Field(ge=1, description="Open requests that one HTTP/2 connection takes.")]
    kubelet_watches: Count = Field(description="Watches of a kubelet, apart from those of secrets and config maps.")
    kube_proxy_watches: Count = Field(description="Watches of a kube-proxy.")
    watch_timeout_seconds: Annotated[
        float, Field(gt=0, description="A watch ends by itself after once to twice this long, and is begun anew.")
    ]
    ping_seconds: Seconds = Field(
        description="A client asks an idle HTTP/2 connection for a sign of life; zero: never."
    )
    bookmark_seconds: Seconds = Field(description="Period of bookmarks in every watch; zero where there are none.")
    endpoint_event_seconds: Seconds = Field(
        description="Mean time between events that every kube-proxy gets; zero is never."
    )
    handshake_cpu_seconds: Seconds = Field(description="CPU of the API server for a full TLS handshake.")
    authentication_cpu_seconds: Seconds = Field(description="CPU of checking a client's certificate.")
    handshake_round_trips: Count = Field(description="TCP and TLS together.")
    relist_after_restart: bool = Field(
        description="A restarted API server cannot continue watches: every client lists anew (410 Gone)."
    )
