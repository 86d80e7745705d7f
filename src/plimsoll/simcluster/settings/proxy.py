"""The proxies between the nodes and the API servers."""

from __future__ import annotations

from plimsoll.simcluster.settings.setting import Settings


class ProxySettings(Settings):
    """The proxies between the nodes and the API servers."""
