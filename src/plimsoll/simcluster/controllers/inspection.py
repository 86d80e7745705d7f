"""The controllers that only a cluster has that people look into, as far as they are there from the beginning."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plimsoll.simcluster.controllers.dependents import DependentsCollector
from plimsoll.simcluster.controllers.nodetaints import NodeTaints
from plimsoll.simcluster.controllers.rootca import CONFIG_MAP, RootCaPublisher
from plimsoll.simcluster.controllers.serviceaccounts import ServiceAccounts

if TYPE_CHECKING:
    from plimsoll.simcluster.api import Api
    from plimsoll.simcluster.client import ClientEnvironment
    from plimsoll.simcluster.profile import Profile
    from plimsoll.simcluster.workqueue import WorkQueue


class InspectionControllers:
    """They are made before the others, of which some leave to them what is theirs."""

    def __init__(self, environment: ClientEnvironment, profile: Profile, api: Api) -> None:
        settings = profile.controllers
        self.publisher = RootCaPublisher(environment, settings, api)
        names = profile.namespace.service_accounts
        self.queues: dict[str, WorkQueue] = {
            "garbage": DependentsCollector(environment, settings, api).queue,
            "root-ca-certificate-publisher": self.publisher.queue,
            "serviceaccount": ServiceAccounts(environment, settings, api, names).queue,
            "nodetaints": NodeTaints(environment, settings, api).queue,
        }
        rest = tuple(name for name in profile.namespace.config_maps if name != CONFIG_MAP)
        self.namespace = profile.namespace.model_copy(update={"config_maps": rest})
        """What is left to be put into new namespaces: the CA bundle has a publisher with something to publish."""
