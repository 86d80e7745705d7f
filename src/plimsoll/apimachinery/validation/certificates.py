"""Checks of requests for certificates (pkg/apis/certificates/validation/validation.go).

That a request is PEM is looked at; what stands in it is for those who sign it.
"""

from __future__ import annotations

import re
from base64 import b64decode
from binascii import Error as Base64Error
from collections.abc import Iterable

from plimsoll.apimachinery.naming import Check, dns_label, dns_subdomain
from plimsoll.apimachinery.validation.fielderrors import (
    Errors,
    duplicate,
    invalid_value,
    not_supported,
    quote,
    required,
)
from plimsoll.apimachinery.validation.rules import Rules
from plimsoll.kube.resources import Object

_SHORTEST_SECONDS = 600
_REQUEST = re.compile(rb"-----BEGIN CERTIFICATE REQUEST-----.*-----END CERTIFICATE REQUEST-----", re.DOTALL)
_USAGES = (
    *("any", "cert sign", "client auth", "code signing", "content commitment", "crl sign", "data encipherment"),
    *("decipher only", "digital signature", "email protection", "encipher only", "ipsec end system", "ipsec tunnel"),
    *("ipsec user", "key agreement", "key encipherment", "microsoft sgc", "netscape sgc", "ocsp signing"),
    *("s/mime", "server auth", "signing", "timestamping"),
)


def _check_request(request: Object) -> Errors:
    spec = request.get("spec") or {}
    text = spec.get("request") or ""
    if not _is_request(text):
        yield invalid_value("spec.request", text, "PEM block type must be CERTIFICATE REQUEST")
    usages = spec.get("usages") or ()
    if not usages:
        yield required("spec.usages")
    for index, usage in enumerate(usages):
        if usage not in _USAGES:
            yield not_supported(f"spec.usages[{index}]", usage, _USAGES)
    for index, usage in enumerate(usages):
        if usage in usages[:index]:
            yield duplicate(f"spec.usages[{index}]", usage)
    yield from _check_signer(spec.get("signerName", ""))
    seconds = spec.get("expirationSeconds")
    if seconds is not None and seconds < _SHORTEST_SECONDS:
        detail = "may not specify a duration less than 600 seconds (10 minutes)"
        yield invalid_value("spec.expirationSeconds", seconds, detail)


def _is_request(text: str) -> bool:
    try:
        return _REQUEST.search(b64decode(text)) is not None
    except (Base64Error, ValueError):
        return False


def _check_signer(name: str) -> Errors:
    field = "spec.signerName"
    if not name:
        yield required(field)
        return
    if name == "kubernetes.io/legacy-unknown":
        yield invalid_value(field, name, "the legacy signerName is not allowed via this API version")
        return
    domain, slash, path = name.partition("/")
    if not slash or "/" in path:
        detail = "must be a fully qualified domain and path of the form 'example.com/signer-name'"
        yield invalid_value(field, name, detail)
        return
    yield from _check_labels(dns_label, domain, field)
    if "." not in domain:
        yield invalid_value(field, domain, "should be a domain with at least two segments separated by dots")
    yield from _check_labels(dns_subdomain, path, field)


def _check_labels(check: Check, text: str, field: str) -> Errors:
    """Report the first part between dots that is malformed."""
    for label in text.split("."):
        messages = check(label)
        for message in messages:
            yield invalid_value(field, text, f"validating label {quote(label)}: {message}")
        if messages:
            return


RULES: Iterable[tuple[str, str, Rules]] = (
    ("certificates.k8s.io", "certificatesigningrequests", Rules(_check_request, metadata_on_update=("change", "new"))),
)
