"""Live migration of virtual machines between nodes with several networks."""

from __future__ import annotations

from plimsoll.simcluster.settings.setting import Settings


class MigrationSettings(Settings):
    """Live migration of virtual machines between nodes with several networks."""
