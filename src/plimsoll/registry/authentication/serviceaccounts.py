"""Tokens of service accounts: issued for a time and an audience, bound to objects, valid as long as those exist.

Claims and checks are those of Kubernetes (pkg/serviceaccount/claims.go, pkg/registry/core/serviceaccount/storage).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from plimsoll.apimachinery.validation.fielderrors import invalid, invalid_value
from plimsoll.kube.resources import NODES, PODS, SECRETS, SERVICEACCOUNTS, Object, Resource
from plimsoll.registry.refusals import bad_request, conflict, not_found
from plimsoll.registry.requests import User

if TYPE_CHECKING:
    from collections.abc import Iterator

    from plimsoll.apimachinery.validation.fielderrors import FieldError
    from plimsoll.registry.authentication.signing import Claims, TokenSigner
    from plimsoll.registry.identity import Identity
    from plimsoll.simcluster.store import Store

ISSUER = "https://kubernetes.default.svc.cluster.local"
"""The issuer of tokens, and the audience of those that say nothing else, as kubeadm sets them."""

GROUP = "authentication.k8s.io"
TOKEN_REQUEST = Resource(GROUP, "v1", "tokenrequests", "TokenRequest")
MIN_SECONDS = 600
MAX_SECONDS = 1 << 32
DEFAULT_SECONDS = 3600
LEEWAY_SECONDS = 60
"""By how much clocks may differ, and for how long a token outlives an object that is being deleted."""

BOUND = {"Pod": PODS, "Node": NODES, "Secret": SECRETS}
"""Kinds that a token can be bound to."""


class ServiceAccountTokens:
    """Issues and checks the tokens of one cluster."""

    def __init__(self, signer: TokenSigner, store: Store, identity: Identity) -> None:
        self._signer = signer
        self._store = store
        self._identity = identity

    def issue(self, namespace: str, name: str, request: Object) -> Object:
        """Answer a TokenRequest; ``ApiError`` 404 for objects that do not exist, 409 and 422 for what does not fit."""
        account = self._store.collection(SERVICEACCOUNTS).find(namespace, name)
        metadata = request.get("metadata") or {}
        _refuse(_mismatches(metadata, namespace, name), name)
        if account is None:
            raise not_found(SERVICEACCOUNTS, name)
        uid = account["metadata"]["uid"]
        if metadata.get("uid", uid) != uid:
            reason = f"the UID in the token request ({metadata['uid']}) does not match the UID of the service account ({uid})"
            raise conflict(Resource(GROUP, "v1", "TokenRequest", "TokenRequest"), name, reason)
        spec: dict[str, Any] = {"audiences": [ISSUER], "expirationSeconds": DEFAULT_SECONDS, "boundObjectRef": None}
        spec |= {key: value for key, value in (request.get("spec") or {}).items() if value}
        _refuse(_lifetime_errors(spec["expirationSeconds"]), "")
        bound = self._bound(namespace, name, spec["boundObjectRef"])
        claims = self._claims(account, spec, bound)
        identity = self._identity
        return {
            **request,
            "metadata": {
                "name": name,
                "namespace": namespace,
                "uid": uid,
                "creationTimestamp": identity.timestamp(),
            },
            "spec": spec,
            "status": {
                "token": self._signer.sign(claims),
                "expirationTimestamp": identity.after(spec["expirationSeconds"]),
            },
        }

    def user_of(self, token: str, audiences: tuple[str, ...] = (ISSUER,)) -> User | None:
        """Whose token it is; None where it is no valid one for any of the audiences."""
        claims = self._signer.read(token)
        if claims is None or claims.get("iss") != ISSUER or not set(audiences) & set(claims.get("aud") or ()):
            return None
        now = self._identity.now_seconds
        if not claims["nbf"] - LEEWAY_SECONDS <= now <= claims["exp"] + LEEWAY_SECONDS:
            return None
        private = claims["kubernetes.io"]
        namespace, account = private["namespace"], private["serviceaccount"]
        if not self._exists(SERVICEACCOUNTS, namespace, account):
            return None
        for kind, resource in BOUND.items():
            reference = private.get(kind.lower())
            is_location = kind == "Node" and "pod" in private
            if reference is not None and not is_location and not self._exists(resource, namespace, reference):
                return None
        return _user(claims)

    def _exists(self, resource: Resource, namespace: str, reference: dict[str, str]) -> bool:
        found = self._store.collection(resource).find(namespace if resource.namespaced else "", reference["name"])
        return found is not None and found["metadata"]["uid"] == reference["uid"]

    def _bound(self, namespace: str, account: str, reference: dict[str, str] | None) -> tuple[str, Object] | None:
        """The kind and the object that a token is to be bound to."""
        if not reference:
            return None
        kind, name = reference.get("kind", ""), reference.get("name", "")
        api_version = reference.get("apiVersion", "")
        if kind not in BOUND or "/" in api_version:
            group, _, version = api_version.rpartition("/")
            raise bad_request(f"cannot bind token to object of type {group}/{version}, Kind={kind}")
        resource = BOUND[kind]
        found = self._store.collection(resource).find(namespace if resource.namespaced else "", name)
        if found is None:
            raise not_found(resource, name)
        if kind == "Pod" and found["spec"].get("serviceAccountName") != account:
            what = "to pod running with different serviceaccount name."
            raise bad_request(f'cannot bind token for serviceaccount "{account}" {what}')
        uid = found["metadata"]["uid"]
        if reference.get("uid") not in {None, "", uid}:
            reason = (
                f"the UID in the bound object reference ({reference['uid']}) does not match the UID in record. "
                "The object might have been deleted and then recreated"
            )
            raise conflict(Resource("", "v1", kind, kind), name, reason)
        return kind, found

    def _claims(self, account: Object, spec: dict[str, Any], bound: tuple[str, Object] | None) -> Claims:
        metadata = account["metadata"]
        now = int(self._identity.now_seconds)
        private: dict[str, Any] = {
            "namespace": metadata["namespace"],
            "serviceaccount": {"name": metadata["name"], "uid": metadata["uid"]},
        }
        if bound is not None:
            kind, target = bound
            private[kind.lower()] = {"name": target["metadata"]["name"], "uid": target["metadata"]["uid"]}
            node = target["spec"].get("nodeName") if kind == "Pod" else None
            if node:
                found = self._store.collection(NODES).find("", node)
                private["node"] = {"name": node, "uid": found["metadata"]["uid"] if found else ""}
        return {
            "aud": spec["audiences"],
            "exp": now + spec["expirationSeconds"],
            "iat": now,
            "iss": ISSUER,
            "jti": self._identity.uid(),
            "kubernetes.io": private,
            "nbf": now,
            "sub": f"system:serviceaccount:{metadata['namespace']}:{metadata['name']}",
        }


def _user(claims: Claims) -> User:
    private = claims["kubernetes.io"]
    prefix = "authentication.kubernetes.io"
    extra = {f"{prefix}/credential-id": (f"JTI={claims['jti']}",)}
    for kind in ("pod", "node"):
        if kind in private:
            extra[f"{prefix}/{kind}-name"] = (private[kind]["name"],)
            if private[kind]["uid"]:
                extra[f"{prefix}/{kind}-uid"] = (private[kind]["uid"],)
    groups = ("system:serviceaccounts", f"system:serviceaccounts:{private['namespace']}", "system:authenticated")
    return User(claims["sub"], private["serviceaccount"]["uid"], groups, extra)


def _mismatches(metadata: Object, namespace: str, name: str) -> Iterator[FieldError]:
    if metadata.get("name", name) != name:
        yield invalid_value("metadata.name", metadata["name"], "must match the service account name if specified")
    if metadata.get("namespace", namespace) != namespace:
        what = "must match the service account namespace if specified"
        yield invalid_value("metadata.namespace", metadata["namespace"], what)


def _lifetime_errors(seconds: int) -> Iterator[FieldError]:
    path = "spec.expirationSeconds"
    if seconds < MIN_SECONDS:
        yield invalid_value(path, seconds, "may not specify a duration less than 10 minutes")
    if seconds > MAX_SECONDS:
        yield invalid_value(path, seconds, "may not specify a duration larger than 2^32 seconds")


def _refuse(errors: Iterator[FieldError], name: str) -> None:
    found = list(errors)
    if found:
        raise invalid(TOKEN_REQUEST, name, found)
