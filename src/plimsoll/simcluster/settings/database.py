"""A database cluster that runs in pods, and its clients."""

from __future__ import annotations

from plimsoll.simcluster.settings.setting import Settings


class DatabaseSettings(Settings):
    """A database cluster that runs in pods, and its clients."""
