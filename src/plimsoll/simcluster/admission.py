"""What the API server adds to a pod, and what it refuses.

Everything a pod gets here depends only on its template, so the result is kept per template: all pods of a deployment,
and all pods of deployments that share a pod spec, share one admitted spec.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from plimsoll.errors import ApiError
from plimsoll.kube.resources import Object
from plimsoll.simcluster.settings import NamespaceSettings

NOT_READY = "node.kubernetes.io/not-ready"
UNREACHABLE = "node.kubernetes.io/unreachable"

DEFAULT_TOLERATION_SECONDS = 300
"""DefaultTolerationSeconds: pods stay on a node that is not ready or unreachable for this long."""

TOKEN_SUFFIX = "7vk2p"
"""Real clusters end the names of token and pull secrets with five random characters for each account. Here they are
always the same, so that the admitted spec can be shared between namespaces."""

_LARGEST_CACHE = 20_000


def token_secret(account: str, index: int = 0) -> str:
    """Name of a service account's token secret; an account has one or two, and pods mount the first."""
    return f"{account}-token-{TOKEN_SUFFIX}" if index == 0 else f"{account}-token-{TOKEN_SUFFIX}-{index}"


def pull_secret(account: str) -> str:
    """Name of the secret with which a service account's pods pull images (OpenShift)."""
    return f"{account}-dockercfg-{TOKEN_SUFFIX}"


class PodAdmission:
    """Completes pod specs as the ServiceAccount and DefaultTolerationSeconds plug-ins and the defaulting code do."""

    def __init__(self, settings: NamespaceSettings, *, token_requests: bool) -> None:
        self._settings = settings
        self._token_requests = token_requests
        self._admitted: dict[int, tuple[Object, Object]] = {}

    def admit(self, spec: Object, accounts: frozenset[str], namespace: str) -> Object:
        """The spec as stored. ``ApiError(403)`` where the pod's service account does not exist yet."""
        account = spec.get("serviceAccountName") or "default"
        if account not in accounts:
            message = f'error looking up service account {namespace}/{account}: serviceaccount "{account}" not found'
            raise ApiError(403, "Forbidden", message)
        known = self._admitted.get(id(spec))
        if known is not None and known[0] is spec:
            return known[1]
        admitted = self._complete(spec, account)
        if len(self._admitted) >= _LARGEST_CACHE:
            self._admitted.clear()
        self._admitted[id(spec)] = (spec, admitted)
        return admitted

    def _complete(self, spec: Object, account: str) -> Object:
        volumes = [*spec.get("volumes", ()), *self._token_volumes(spec, account)]
        tolerations = [*spec.get("tolerations", ()), *_default_tolerations(spec.get("tolerations", ()))]
        admitted = {
            "restartPolicy": "Always",
            "terminationGracePeriodSeconds": 30,
            **spec,
            "serviceAccountName": account,
            "volumes": volumes,
            "tolerations": tolerations,
        }
        if "imagePullSecrets" not in spec and self._settings.pull_secrets_per_account:
            admitted["imagePullSecrets"] = [{"name": pull_secret(account)}]
        return admitted

    def _token_volumes(self, spec: Object, account: str) -> list[Object]:
        if spec.get("automountServiceAccountToken") is False:
            return []
        if self._settings.mounts_token_secret:
            return [{"name": "token", "secret": {"secretName": token_secret(account)}}]
        if not self._token_requests:
            return []
        sources: list[dict[str, Any]] = [{"serviceAccountToken": {"expirationSeconds": 3607, "path": "token"}}]
        sources += [{"configMap": {"name": name}} for name in self._settings.config_maps]
        return [{"name": "kube-api-access", "projected": {"sources": sources}}]


def _default_tolerations(present: Sequence[Object]) -> list[Object]:
    """Tolerations of what the pod says nothing about (plugin/pkg/admission/defaulttolerationseconds)."""
    return [
        {"key": key, "operator": "Exists", "effect": "NoExecute", "tolerationSeconds": DEFAULT_TOLERATION_SECONDS}
        for key in (NOT_READY, UNREACHABLE)
        if not any(tolerates_eviction(toleration, key) for toleration in present)
    ]


def tolerates_eviction(toleration: Object, key: str) -> bool:
    """Whether a toleration is about a ``NoExecute`` taint of this key; no key and no effect stand for any."""
    return toleration.get("key") in {None, "", key} and toleration.get("effect") in {None, "", "NoExecute"}
