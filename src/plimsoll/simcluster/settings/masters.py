"""The machines of the control plane and who shares their cores."""

from __future__ import annotations

from plimsoll.simcluster.settings.setting import Settings


class MastersSettings(Settings):
    """The machines of the control plane and who shares their cores."""
