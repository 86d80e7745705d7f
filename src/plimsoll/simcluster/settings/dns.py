"""The DNS servers of the cluster."""

from __future__ import annotations

from plimsoll.simcluster.settings.setting import Settings


class DnsSettings(Settings):
    """The DNS servers of the cluster."""
