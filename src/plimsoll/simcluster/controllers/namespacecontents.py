"""What the platform puts into a new namespace: service accounts, their secrets, role bindings, config maps.

Each kind has a controller of its own with its own client, so they do not wait for one another, but what belongs to a
service account comes after it. Upstream makes an account and a config map; OpenShift three accounts with two token
secrets and one pull secret each, and role bindings.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from plimsoll.kube.resources import CONFIGMAPS, NAMESPACES, ROLEBINDINGS, SECRETS, SERVICEACCOUNTS, Object
from plimsoll.simcluster.admission import pull_secret, token_secret
from plimsoll.simcluster.client import Client, ClientEnvironment

if TYPE_CHECKING:
    from plimsoll.errors import ApiError
    from plimsoll.simcluster.api import Api
    from plimsoll.simcluster.profile import Profile
    from plimsoll.simcluster.store import Collection, StoredChange


class NamespaceContents:
    """Fills new namespaces."""

    def __init__(self, environment: ClientEnvironment, profile: Profile, api: Api) -> None:
        settings, limits = profile.namespace, profile.controllers
        self._api = api
        self._settings = settings
        self._namespaces = api.store.collection(NAMESPACES)
        self._accounts = api.store.collection(SERVICEACCOUNTS)
        self._secrets = api.store.collection(SECRETS)
        self._others = [
            (api.store.collection(ROLEBINDINGS), [f"system:{index}" for index in range(settings.role_bindings)]),
            (api.store.collection(CONFIGMAPS), list(settings.config_maps)),
        ]

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
        self._create_other = [self._other_client.kind("POST", collection.resource.plural) for collection, _ in self._others]
        self._update_namespace = self._other_client.kind("PUT", "namespaces")
        self._namespaces.watchers.append(self._observe)

    def _observe(self, change: StoredChange) -> None:
        if change.type != "ADDED":
            return
        namespace = change.object["metadata"]["name"]
        for account in self._settings.service_accounts:
            self._account_client.call(
                self._create_account, self._account_created, namespace, account, failed=_namespace_is_going
            )
        if self._settings.namespace_updates:
            self._other_client.post(self._update_namespace, count=self._settings.namespace_updates)
        for kind, (collection, names) in zip(self._create_other, self._others, strict=True):
            if names:
                self._other_client.call(
                    kind, self._create, collection, namespace, names, count=len(names), failed=_namespace_is_going
                )

    def _account_created(self, namespace: str, account: str) -> None:
        """An account has come to be: its controllers add secrets and refer to them from the account."""
        self._create(self._accounts, namespace, [account])
        tokens = [token_secret(account, index) for index in range(self._settings.token_secrets_per_account)]
        pulls = [pull_secret(account)] if self._settings.pull_secrets_per_account else []
        for client, create, refer, names in (
            (self._token_client, self._create_token, self._refer_token, tokens),
            (self._pull_client, self._create_pull, self._refer_pull, pulls),
        ):
            if names:
                client.call(
                    create, self._create, self._secrets, namespace, names, count=len(names), failed=_namespace_is_going
                )
                client.post(refer, count=len(names))

    def _create(self, collection: Collection, namespace: str, names: list[str]) -> None:
        for name in names:
            body: Object = {"metadata": {"name": name}}
            if collection is self._secrets:
                body["type"] = "kubernetes.io/service-account-token" if "-token-" in name else "kubernetes.io/dockercfg"
            self._api.create(collection, namespace, body)


def _namespace_is_going(_error: ApiError) -> None:
    """The namespace was deleted while it was being filled; there is nothing left to do."""
