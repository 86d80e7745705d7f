"""What the platform puts into a new namespace: service accounts, their secrets, role bindings, config maps.

Each kind has a controller of its own with its own client, so they do not wait for one another, but what belongs to a
service account comes after it. Upstream makes an account and a config map; OpenShift three accounts with two token
secrets and one pull secret each, and role bindings.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from plimsoll.errors import ApiError
from plimsoll.kube.resources import CONFIGMAPS, NAMESPACES, ROLEBINDINGS, SECRETS, SERVICEACCOUNTS, Object
from plimsoll.simcluster.admission import pull_secret, token_secret
from plimsoll.simcluster.client import Client, ClientEnvironment
from plimsoll.simcluster.workqueue import Key, WorkQueue

if TYPE_CHECKING:
    from plimsoll.simcluster.api import Api
    from plimsoll.simcluster.settings import ControllerSettings, NamespaceSettings
    from plimsoll.simcluster.store import Collection, StoredChange


class _Account:
    """A service account that every namespace gets, and its secrets: the same objects' parts in all of them."""

    def __init__(self, name: str, settings: NamespaceSettings) -> None:
        annotations = {"kubernetes.io/service-account.name": name}
        tokens = [token_secret(name, index) for index in range(settings.token_secrets_per_account)]
        pulls = [pull_secret(name)] if settings.pull_secrets_per_account else []
        self.body: Object = {"metadata": {"name": name}}
        if tokens or pulls:  # the account names its secrets from the beginning, though they come a moment later
            self.body["secrets"] = [{"name": secret} for secret in (*tokens, *pulls)]
            self.body["imagePullSecrets"] = [{"name": secret} for secret in pulls]
        self.tokens = [_secret(secret, annotations, "kubernetes.io/service-account-token") for secret in tokens]
        self.pulls = [_secret(secret, annotations, "kubernetes.io/dockercfg") for secret in pulls]


class NamespaceContents:
    """Fills new namespaces."""

    def __init__(
        self, environment: ClientEnvironment, settings: NamespaceSettings, limits: ControllerSettings, api: Api
    ) -> None:
        self._api = api
        self._namespaces = api.store.collection(NAMESPACES)
        self._service_accounts = api.store.collection(SERVICEACCOUNTS)
        self._secrets = api.store.collection(SECRETS)
        self._accounts = [_Account(name, settings) for name in settings.service_accounts]
        self._updates = settings.namespace_updates

        def client(role: str) -> Client:
            return Client(environment, role, qps=limits.qps, burst=limits.burst)

        self._account_client = client("serviceaccount-controller")
        self._token_client = client("token-controller")
        self._pull_client = client("dockercfg-controller")
        self._other_client = client("namespace-defaults-controller")
        self._create_account = self._account_client.kind("POST", "serviceaccounts")
        self._create_token = self._token_client.kind("POST", "secrets")
        self._refer_token = self._token_client.kind("PUT", "serviceaccounts")
        self._create_pull = self._pull_client.kind("POST", "secrets")
        self._refer_pull = self._pull_client.kind("PUT", "serviceaccounts")
        self._update_namespace = self._other_client.kind("PUT", "namespaces")
        self._others = [
            (self._other_client.kind("POST", resource.plural), api.store.collection(resource), bodies)
            for resource, bodies in (
                (ROLEBINDINGS, [_named(f"system:{index}") for index in range(settings.role_bindings)]),
                (CONFIGMAPS, [_named(name) for name in settings.config_maps]),
            )
            if bodies
        ]
        self.queue = WorkQueue(environment.kernel, 1, self._sync)
        self._namespaces.watchers.append(self._observe)

    def _observe(self, change: StoredChange) -> None:
        if change.type == "ADDED":
            self.queue.add(("", change.object["metadata"]["name"]))

    def _sync(self, key: Key, done: Callable[[], None]) -> None:
        """Request everything for one namespace; the controllers do not wait for the answers before the next."""
        stored = self._namespaces.find(*key)
        if stored is not None and "deletionTimestamp" not in stored["metadata"]:
            self._fill(key[1])
        done()

    def _fill(self, namespace: str) -> None:
        for account in self._accounts:
            self._account_client.call(
                self._create_account, self._account_created, namespace, account, failed=_namespace_is_going
            )
        if self._updates:
            self._other_client.post(self._update_namespace, count=self._updates)
        for kind, collection, bodies in self._others:
            self._other_client.call(
                kind, self._create, collection, namespace, bodies, count=len(bodies), failed=_namespace_is_going
            )

    def _account_created(self, namespace: str, account: _Account) -> None:
        """An account has come to be: its controllers add secrets and refer to them from the account."""
        self._create(self._service_accounts, namespace, [account.body])
        for client, create, refer, bodies in (
            (self._token_client, self._create_token, self._refer_token, account.tokens),
            (self._pull_client, self._create_pull, self._refer_pull, account.pulls),
        ):
            if bodies:
                client.call(
                    create,
                    self._create,
                    self._secrets,
                    namespace,
                    bodies,
                    count=len(bodies),
                    failed=_namespace_is_going,
                )
                client.post(refer, count=len(bodies))

    def _create(self, collection: Collection, namespace: str, bodies: list[Object]) -> None:
        """Create what is not there yet: a user may have been quicker."""
        for body in bodies:
            if collection.find(namespace, body["metadata"]["name"]) is None:
                self._api.create(collection, namespace, body)


def _named(name: str) -> Object:
    return {"metadata": {"name": name}}


def _secret(name: str, annotations: Object, secret_type: str) -> Object:
    return {"metadata": {"name": name, "annotations": annotations}, "type": secret_type}


def _namespace_is_going(_error: ApiError) -> None:
    """The namespace was deleted while it was being filled; there is nothing left to do."""
