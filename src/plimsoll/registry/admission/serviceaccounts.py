"""ServiceAccount: a pod acts for an account of its namespace, and gets its token (plugin/pkg/admission/serviceaccount)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from plimsoll.kube.resources import PODS, Object
from plimsoll.registry.refusals import forbidden

if TYPE_CHECKING:
    from plimsoll.registry.attributes import Attributes
    from plimsoll.simcluster.store import Collection

DEFAULT_ACCOUNT = "default"
MOUNT_PATH = "/var/run/secrets/kubernetes.io/serviceaccount"
VOLUME_PREFIX = "kube-api-access-"
MIRROR_ANNOTATION = "kubernetes.io/config.mirror"

TOKEN_SECONDS = 3607
"""Life of the projected token: an hour and a few seconds that no user asks for, so that such tokens are recognised."""

_SOURCES: list[Object] = [
    {"serviceAccountToken": {"expirationSeconds": TOKEN_SECONDS, "path": "token"}},
    {"configMap": {"name": "kube-root-ca.crt", "items": [{"key": "ca.crt", "path": "ca.crt"}]}},
    {
        "downwardAPI": {
            "items": [{"path": "namespace", "fieldRef": {"apiVersion": "v1", "fieldPath": "metadata.namespace"}}]
        }
    },
]
_PROJECTION: Object = {"sources": _SOURCES, "defaultMode": 0o644}


class ServiceAccounts:
    """Gives pods their account; ``make_suffix`` ends the names of their token volumes."""

    def __init__(self, accounts: Collection, make_suffix: Callable[[], str]) -> None:
        self._accounts = accounts
        self._make_suffix = make_suffix

    def admit(self, attributes: Attributes) -> None:
        """Complete a new pod; 403 where its account does not exist."""
        if attributes.operation != "CREATE" or not attributes.concerns(PODS):
            return
        pod = attributes.object
        spec = pod["spec"]
        if MIRROR_ANNOTATION in (pod["metadata"].get("annotations") or {}):
            _check_mirror(attributes, spec)
            return
        name = spec.get("serviceAccountName") or DEFAULT_ACCOUNT
        spec["serviceAccountName"] = spec["serviceAccount"] = name
        account = self._accounts.find(attributes.namespace, name)
        if account is None:
            text = f'error looking up service account {attributes.namespace}/{name}: serviceaccount "{name}" not found'
            raise forbidden(PODS, attributes.name, text)
        if _mounts_token(account, spec):
            self._mount(spec)
        if not spec.get("imagePullSecrets") and account.get("imagePullSecrets"):
            spec["imagePullSecrets"] = account["imagePullSecrets"]

    def _mount(self, spec: Object) -> None:
        """Mount the token where containers have mounted nothing themselves."""
        bare = [container for container in _containers(spec) if not _has_mount(container)]
        if not bare:
            return
        volumes = spec.get("volumes") or []
        names = [volume["name"] for volume in volumes]
        name = next((name for name in names if name.startswith(VOLUME_PREFIX)), "")
        if not name:
            name = VOLUME_PREFIX + self._make_suffix()
            spec["volumes"] = [*volumes, {"name": name, "projected": _PROJECTION}]
        mount = {"name": name, "readOnly": True, "mountPath": MOUNT_PATH}
        for container in bare:
            container["volumeMounts"] = [*(container.get("volumeMounts") or ()), mount]


def _containers(spec: Object) -> Iterable[Object]:
    yield from spec.get("initContainers") or ()
    yield from spec.get("containers") or ()


def _has_mount(container: Object) -> bool:
    return any(mount.get("mountPath") == MOUNT_PATH for mount in container.get("volumeMounts") or ())


def _mounts_token(account: Object, spec: Object) -> bool:
    for holder in (spec, account):
        wanted = holder.get("automountServiceAccountToken")
        if wanted is not None:
            return bool(wanted)
    return True


def _check_mirror(attributes: Attributes, spec: Object) -> None:
    """A kubelet's picture of a pod from a file has no account, for it would show what the account may."""
    if spec.get("serviceAccountName"):
        raise forbidden(PODS, attributes.name, "a mirror pod may not reference service accounts")
    for volume in spec.get("volumes") or ():
        if "secret" in volume:
            raise forbidden(PODS, attributes.name, "a mirror pod may not reference secrets")
