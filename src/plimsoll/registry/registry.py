"""The registry: one cluster's API behind two calls, :meth:`Registry.handle` and :meth:`Registry.watch`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from plimsoll.kube.resources import SERVICES
from plimsoll.registry.admission.plugins import default_plugins
from plimsoll.registry.allocation.services import ServiceNumbers
from plimsoll.registry.authorization.authorizer import Authorizer
from plimsoll.registry.backing import Backing
from plimsoll.registry.bootstrap.objects import install
from plimsoll.registry.catalogue import ServedResources
from plimsoll.registry.identity import Identity
from plimsoll.registry.refusals import method_not_allowed, no_such_page
from plimsoll.registry.reviews import REVIEWED, Reviews, StaticUsers
from plimsoll.registry.subresources.table import SCALES, SUBRESOURCES, Handler
from plimsoll.registry.subresources.tokens import TokenRequests
from plimsoll.registry.tokens import ServiceAccountTokens
from plimsoll.registry.verbs.creating import create
from plimsoll.registry.verbs.deleting import delete
from plimsoll.registry.verbs.deletingmany import delete_collection
from plimsoll.registry.verbs.listing import list_objects
from plimsoll.registry.verbs.patching import patch
from plimsoll.registry.verbs.reading import get
from plimsoll.registry.verbs.updating import update
from plimsoll.registry.verbs.watching import Broadcaster, Watch, open_watch

if TYPE_CHECKING:
    from plimsoll.kube.resources import Resource
    from plimsoll.registry.requests import Answer, Receive, Request
    from plimsoll.registry.served import Served
    from plimsoll.simcluster.assembly import SimulatedCluster

_VERBS = {
    "get": get,
    "list": list_objects,
    "create": create,
    "update": update,
    "patch": patch,
    "delete": delete,
    "deletecollection": delete_collection,
}


Question = Callable[["Request"], "Answer"]


SIGNING_KEY_BITS = 256


class Registry:
    """The API of one cluster. It is synchronous and lives in the kernel's time, as everything that it changes does.

    ``static_users`` knows the bearer tokens that the server was started with, for token reviews. Tokens of service
    accounts are known to ``tokens``; ``authorizer`` decides by the roles that are stored.
    """

    def __init__(self, cluster: SimulatedCluster, static_users: StaticUsers = lambda _: None) -> None:
        store, random = cluster.store, cluster.streams.stream("registry")
        self.cluster = cluster
        self.resources = ServedResources(store)
        self.authorizer = Authorizer(store)
        identity = Identity(cluster.kernel, random, cluster.epoch_seconds)
        key = random.getrandbits(SIGNING_KEY_BITS).to_bytes(SIGNING_KEY_BITS // 8)
        self.tokens = ServiceAccountTokens(store, identity, key)
        self._reviews = Reviews(self.authorizer, self.tokens, static_users)
        self._token_requests = TokenRequests(self.tokens)
        numbers = ServiceNumbers(random, store.collection(SERVICES))
        companions = {(SERVICES.group, SERVICES.plural): numbers}
        self.backing = Backing(store, identity, default_plugins(store, identity.suffix), companions)
        self._broadcasters: dict[tuple[str, str], Broadcaster] = {}
        install(self.backing)
        store.compact(store.revision)

    def resolve(self, group: str, version: str, plural: str) -> Resource | None:
        """The resource that a URL names; None where nothing is served there."""
        return self.resources.find(group, version, plural)

    def handle(self, request: Request) -> Answer:
        """Do what a request asks for, at once. ``ApiError`` is the refusal to answer with."""
        served = self._served(request)
        return self._handler(request)(self.backing, served, request)

    def _handler(self, request: Request) -> Handler:
        plural, subresource, verb = request.resource.plural, request.subresource, request.verb
        if subresource == "scale":
            return SCALES[verb]
        if subresource == "token":
            return self._token_requests
        if plural in REVIEWED:
            return self._reviews
        return SUBRESOURCES.get((plural, subresource, verb)) or _VERBS[verb]

    def watch(self, request: Request, receive: Receive) -> Watch:
        """Open a watch; events that come first are received before this returns. ``ApiError`` where it is refused."""
        served = self._served(request)
        stored = served.collection.resource
        key = stored.group, stored.plural
        if key not in self._broadcasters:
            self._broadcasters[key] = Broadcaster(served.collection)
        return open_watch(self.backing, self._broadcasters[key], served, request, receive)

    def _served(self, request: Request) -> Served:
        served = self.resources.served(request.resource)
        if served is None:
            raise no_such_page()
        verbs = served.verbs if not request.subresource else served.subresources.get(request.subresource)
        if verbs is None:
            raise no_such_page()
        if request.verb not in verbs:
            raise method_not_allowed()
        return served
