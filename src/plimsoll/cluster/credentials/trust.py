"""TLS contexts: whom we trust, and the certificate we show."""

from __future__ import annotations

import os
import ssl
import tempfile
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from plimsoll.cluster.credentials.settings import Settings


def trust_of(cluster: Settings) -> ssl.SSLContext | None:
    """The context for a cluster's server; None where it is reached without TLS."""
    if not cluster.text("server").startswith("https:"):
        return None
    authority = cluster.content("certificate-authority")
    insecure = cluster.flag("insecure-skip-tls-verify")
    if insecure and authority:
        cluster.complain(
            "insecure-skip-tls-verify",
            "cannot be true where a certificate-authority is given",
            "Remove one of the two",
        )
    return _client_context(cluster, authority, verify=not insecure)


def _client_context(cluster: Settings, authority: bytes | None, *, verify: bool) -> ssl.SSLContext:
    try:
        context = ssl.create_default_context(cadata=None if authority is None else authority.decode("ascii"))
    except (ssl.SSLError, UnicodeDecodeError, ValueError):
        name = "certificate-authority-data" if cluster.text("certificate-authority-data") else "certificate-authority"
        cluster.complain(name, "is not a PEM certificate", "Give the certificate of the server's authority")
    if not verify:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context


def with_certificate(cluster: Settings, owner: Settings, certificate: bytes, key: bytes) -> ssl.SSLContext | None:
    """The cluster's context with a client certificate, which ``owner`` has given; a context cannot forget one."""
    context = trust_of(cluster)
    if context is None:
        return None
    # Python takes certificates from files only. This one is ours alone and gone at once.
    descriptor, path = tempfile.mkstemp(prefix="plimsoll-")
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(certificate.rstrip() + b"\n" + key)
        context.load_cert_chain(path, password=_no_password)
    except (ssl.SSLError, ValueError) as error:
        reason = getattr(error, "reason", None) or "not PEM"
        owner.complain(
            "client-certificate", f"certificate and key cannot be used: {reason}",
            "Give a PEM certificate and the key that belongs to it, not encrypted",
        )  # fmt: skip
    finally:
        os.unlink(path)  # noqa: PTH108 - the descriptor's companion
    return context


def _no_password() -> bytes:
    """A key with a password is refused rather than asked about on the terminal."""
    raise ValueError("the key is encrypted")
