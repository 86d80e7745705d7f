"""From a context, or from inside a pod, to an endpoint and credentials for it."""

from __future__ import annotations

import os
import ssl
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

from plimsoll.cluster.credentials.headers import basic, bearer, impersonation
from plimsoll.cluster.credentials.kubeconfig import Context, find_kubeconfig
from plimsoll.cluster.credentials.plugin import Plugin
from plimsoll.cluster.credentials.settings import Settings
from plimsoll.cluster.credentials.steady import Steady, TokenFile
from plimsoll.cluster.credentials.trust import trust_of, with_certificate
from plimsoll.cluster.http.endpoint import Endpoint
from plimsoll.errors import Complaint, InputError, Place

if TYPE_CHECKING:
    from plimsoll.cluster.http.identity import Credentials

SERVICE_ACCOUNT = Path("/var/run/secrets/kubernetes.io/serviceaccount")
"""Where kubelets mount the token of a pod's service account (client-go ``rest.InClusterConfig``)."""
IN_CLUSTER = "in-cluster"
_PROXY_SCHEMES = ("http", "https")


@dataclass(frozen=True, slots=True)
class Access:
    """A way into a cluster. ``credentials`` belong to one event loop: make them where they are used."""

    context: str
    """The context's name, or ``in-cluster``."""
    endpoint: Endpoint
    make_credentials: Callable[[], Credentials]
    namespace: str = "default"


def find_access(
    *,
    kubeconfig: Path | None = None,
    context: str | None = None,
    environment: Mapping[str, str] = os.environ,
    service_account: Path = SERVICE_ACCOUNT,
) -> Access:
    """The access that the user means: a context by name, the current one, or that of the pod we are in.

    Raises :class:`plimsoll.errors.InputError` naming the file and the field that is wrong.
    """
    found = find_kubeconfig(kubeconfig, environment)
    if found.is_empty and kubeconfig is None and context is None and environment.get("KUBERNETES_SERVICE_HOST"):
        return in_cluster_access(environment, service_account)
    if found.is_empty:
        place = Place(str(kubeconfig or environment.get("KUBECONFIG") or "~/.kube/config"))
        raise InputError(Complaint(place, "knows no cluster", "Name a kubeconfig with --kubeconfig or $KUBECONFIG"))
    return access_of(found.context(context), environment)


def access_of(context: Context, environment: Mapping[str, str] = os.environ) -> Access:
    """The access of a kubeconfig's context."""
    cluster, user = context.cluster, context.user
    url = cluster.text("server")
    if urlsplit(url).scheme not in _PROXY_SCHEMES or not urlsplit(url).hostname:
        cluster.complain("server", f"{url!r} is not the URL of a server", "Write e.g. https://10.0.0.1:6443")
    endpoint = Endpoint(
        url, trust_of(cluster), cluster.text("tls-server-name") or None, _proxy_of(cluster, environment)
    )
    make = _credentials_of(cluster, user)
    return Access(context.name, endpoint, make, context.namespace or "default")


def in_cluster_access(environment: Mapping[str, str], service_account: Path = SERVICE_ACCOUNT) -> Access:
    """The access of a pod's service account."""
    host, port = environment["KUBERNETES_SERVICE_HOST"], environment.get("KUBERNETES_SERVICE_PORT", "443")
    url = f"https://[{host}]:{port}" if ":" in host else f"https://{host}:{port}"
    values = {"server": url, "certificate-authority": "ca.crt"}
    cluster = Settings(service_account / "ca.crt", "", values)
    tls = trust_of(cluster)
    token, namespace = service_account / "token", service_account / "namespace"

    def make() -> Credentials:
        return TokenFile(token, Place(str(token)), b"", tls, time.monotonic)

    known = namespace.read_text(encoding="utf-8").strip() if namespace.is_file() else ""
    return Access(IN_CLUSTER, Endpoint(url, tls), make, known or "default")


def _proxy_of(cluster: Settings, environment: Mapping[str, str]) -> str | None:
    """The cluster's own proxy, or that of the environment (``HTTPS_PROXY``, ``NO_PROXY``) as Go heeds it."""
    proxy = cluster.text("proxy-url")
    if proxy and urlsplit(proxy).scheme not in _PROXY_SCHEMES:
        cluster.complain(
            "proxy-url", f"{urlsplit(proxy).scheme}:// is not supported", "Use an http:// or https:// proxy"
        )
    if proxy:
        return proxy
    if environment is not os.environ:
        return None
    parts = urlsplit(cluster.text("server"))
    if proxy_bypass(parts.netloc) or parts.hostname in {"localhost", "127.0.0.1", "::1"}:
        return None
    return getproxies().get(parts.scheme)


def _credentials_of(cluster: Settings, user: Settings) -> Callable[[], Credentials]:
    """How to make a user's credentials. Everything that can be found wrong is found now."""
    plugin, headers = user.within("exec"), _impersonation(user)
    if user.within("auth-provider") is not None:
        remedy = "Use an exec plugin, which has replaced it in Kubernetes 1.26, or a token"
        user.complain("auth-provider", "is not supported", remedy)
    certificate, key = user.content("client-certificate"), user.content("client-key")
    if (certificate is None) is not (key is None):
        missing = "client-key" if key is None else "client-certificate"
        user.complain(missing, "is missing", "A certificate needs its key, and a key its certificate")
    tls = with_certificate(cluster, user, certificate, key) if certificate and key else None
    if plugin is not None:
        return _plugin(plugin, cluster, headers, tls)
    token, token_file = user.text("token"), user.location("tokenFile")
    if token_file is not None:
        place = Place(str(user.file), field=user.field_path("tokenFile"))
        return lambda: TokenFile(token_file, place, headers, tls, time.monotonic)
    if token:
        return _steady(user, "token", lambda: bearer(token) + headers, tls)
    if user.text("username"):
        name, password = user.text("username"), user.text("password")
        return _steady(user, "username", lambda: basic(name, password) + headers, tls)
    return lambda: Steady(headers, tls)


def _plugin(
    plugin: Settings, cluster: Settings, headers: bytes, tls: ssl.SSLContext | None
) -> Callable[[], Credentials]:
    def certify(certificate: bytes | None, key: bytes | None) -> ssl.SSLContext | None:
        return with_certificate(cluster, plugin, certificate, key) if certificate and key else tls

    return lambda: Plugin(plugin, cluster, headers, certify, time.time)


def _steady(
    user: Settings, field: str, headers: Callable[[], bytes], tls: ssl.SSLContext | None
) -> Callable[[], Credentials]:
    try:
        lines = headers()
    except ValueError:
        user.complain(field, "has more than one line", "Remove the line break")
    return lambda: Steady(lines, tls)


def _impersonation(user: Settings) -> bytes:
    try:
        return impersonation(user)
    except ValueError:
        user.complain("as", "has more than one line", "Remove the line break")
