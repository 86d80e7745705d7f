"""What a controller is made with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from plimsoll.simcluster.controllers.reconciling import Reconciler

if TYPE_CHECKING:
    from plimsoll.simcluster.api import Api
    from plimsoll.simcluster.client import ClientEnvironment
    from plimsoll.simcluster.controllers.ownership import Ownership
    from plimsoll.simcluster.controllers.reconciling import Story
    from plimsoll.simcluster.settings import ControllerSettings


@dataclass(frozen=True, slots=True)
class ControllerContext:
    """What all controllers of a cluster share, by the name that kube-controller-manager has for it."""

    environment: ClientEnvironment
    settings: ControllerSettings
    api: Api
    ownership: Ownership

    def reconciler(self, name: str, story: Story, *, workers: int = 1) -> Reconciler:
        """A client, a work queue and a recorder of events under a controller's name, and who tells its syncs."""
        return Reconciler(self.environment, self.settings, self.api, name, story, workers=workers)
