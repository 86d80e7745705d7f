"""Prometheus: its memory and how long it remembers."""

from __future__ import annotations

from plimsoll.simcluster.settings.setting import Settings


class MonitoringSettings(Settings):
    """Prometheus: its memory and how long it remembers."""
