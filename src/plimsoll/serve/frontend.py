"""Puts together what answers requests: the registry, who may ask it, and the handlers of every path."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from plimsoll.registry.authentication.serviceaccounts import ISSUER, ServiceAccountTokens
from plimsoll.registry.authentication.signing import TokenSigner
from plimsoll.registry.authorization.aggregation import RoleAggregation
from plimsoll.registry.authorization.authorizer import Authorizer
from plimsoll.registry.authorization.bootstrap import install_roles
from plimsoll.registry.bootstrap.stages import install_stages
from plimsoll.registry.questions import Questions
from plimsoll.registry.registry import Registry
from plimsoll.serve.application import Application
from plimsoll.serve.authentication import Authenticator
from plimsoll.serve.discovery import Discovery
from plimsoll.serve.fairness import Fairness, install_flow_control
from plimsoll.serve.gate import Gate
from plimsoll.serve.health import Health
from plimsoll.serve.metrics.apiserver import ControlPlaneMetrics
from plimsoll.serve.metrics.counting import Totals
from plimsoll.serve.metrics.nodes import NodeProxy
from plimsoll.serve.openapi import OpenAPI
from plimsoll.serve.openid import configuration_page, key_set_page
from plimsoll.serve.paths import Paths
from plimsoll.serve.podlogs import PodLogs
from plimsoll.serve.resources import Resources
from plimsoll.serve.station import Station
from plimsoll.serve.upgrades import upgrades
from plimsoll.serve.version import version_page
from plimsoll.serve.views import Views
from plimsoll.serve.watches import Watches

if TYPE_CHECKING:
    from plimsoll.embed.pacer import Pacer
    from plimsoll.registry.requests import User
    from plimsoll.serve.exchange import Handler
    from plimsoll.serve.paths import Page
    from plimsoll.serve.podlogs import LogSource
    from plimsoll.simcluster.assembly import SimulatedCluster


@dataclass(frozen=True, slots=True)
class Frontend:
    """The application, and those of its parts that a server starts and stops."""

    application: Application
    watches: Watches
    health: Health
    account_tokens: ServiceAccountTokens


FIRST_SECONDS = 1.0
"""What a new cluster needs until its namespaces have their service accounts, in which pods run."""


def begin(cluster: SimulatedCluster) -> Registry:
    """The registry of a new cluster, which has its first objects and has done what it does with them."""
    registry = Registry(cluster)
    install_roles(cluster.store, registry.backing.identity)
    install_flow_control(cluster.store, registry.backing.identity)
    install_stages(registry.backing)
    RoleAggregation(cluster.store)
    cluster.kernel.run(cluster.kernel.now + FIRST_SECONDS)
    return registry


def build(
    registry: Registry, pacer: Pacer, address: str, tokens: Mapping[str, User], logs: LogSource | None
) -> Frontend:
    """Build the front of a cluster that clients reach at ``address``, a host with its port."""
    cluster, identity = registry.cluster, registry.backing.identity
    store = cluster.store
    authorizer, signer = Authorizer(store), TokenSigner()
    account_tokens = ServiceAccountTokens(signer, store, identity)
    authenticator = Authenticator(tokens, account_tokens.user_of, ISSUER)
    questions = Questions(authorizer, account_tokens, identity, authenticator.user_of)
    registry.questions = {**registry.questions, **questions.by_resource()}
    settings = cluster.profile.apiserver
    fairness = Fairness(store, settings.max_reads_in_flight + settings.max_mutating_in_flight)
    views, health = Views(registry.backing), Health()
    watches = Watches(registry, views, secrets.SystemRandom().random)
    pages: dict[str, Page] = {
        "/metrics": ControlPlaneMetrics(registry, _totals(cluster), watches, fairness),
        "/version": version_page,
        "/openid/v1/jwks": key_set_page(signer),
        "/.well-known/openid-configuration": configuration_page(address),
    }
    connections: dict[tuple[str, str], Handler] = {
        ("pods", "log"): PodLogs(cluster, logs),
        ("nodes", "proxy"): NodeProxy(cluster),
        **upgrades(registry),
    }
    application = Application(
        Gate(authenticator, authorizer),
        Station(registry, pacer, fairness),
        Resources(registry, views, watches, connections),
        Paths(Discovery(registry, address), OpenAPI(registry), health, pages),
    )
    return Frontend(application, watches, health, account_tokens)


def _totals(cluster: SimulatedCluster) -> Totals:
    """What has been counted of a cluster; nothing where nobody was told to count."""
    return cluster.telemetry if isinstance(cluster.telemetry, Totals) else Totals()
