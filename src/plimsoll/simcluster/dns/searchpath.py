"""How a pod's resolver turns one name into several queries.

With ``dnsPolicy: ClusterFirst`` a pod's ``resolv.conf`` searches ``NS.svc.D``, ``svc.D``, ``D`` and the domains that its
node searches, with ``options ndots:5`` (kubelet/network/dns). A name with fewer dots than ``ndots`` is tried with each of
these in turn and as it is only then; one with as many dots or more is tried as it is first; one that ends in a dot is not
searched at all (resolv.conf(5)). Each try asks for an A and an AAAA record at once, and the first that exists ends it.
"""

from __future__ import annotations

from functools import cache
from typing import Literal, NamedTuple

Zone = Literal["cluster", "upstream"]
"""Who knows the answer: the cluster's own records, or the servers outside that queries are forwarded to."""

NameKind = Literal["sameNamespace", "otherNamespace", "external", "absolute"]
NAME_KINDS: tuple[NameKind, ...] = ("sameNamespace", "otherNamespace", "external", "absolute")

DOMAIN = "cluster.local"
DEFAULT_NDOTS = 5
RECORDS_PER_TRY = 2
"""A and AAAA, as getaddrinfo asks for them."""

_NAMESPACE = "shop"
_NAMES: dict[NameKind, str] = {
    "sameNamespace": "db",
    "otherNamespace": "db.bank",
    "external": "www.example.com",
    "absolute": "www.example.com.",
}
_EXISTING = {f"db.{_NAMESPACE}.svc.{DOMAIN}.", f"db.bank.svc.{DOMAIN}.", "www.example.com."}


class Try(NamedTuple):
    """One name that the resolver asks for."""

    zone: Zone
    exists: bool


def search_list(namespace: str, host_domains: tuple[str, ...] = (), domain: str = DOMAIN) -> tuple[str, ...]:
    """The domains that a pod of this namespace searches."""
    return (f"{namespace}.svc.{domain}", f"svc.{domain}", domain, *host_domains)


def candidates(name: str, search: tuple[str, ...], ndots: int) -> tuple[str, ...]:
    """The fully qualified names that a resolver tries for a name, in order (resolv.conf(5))."""
    if name.endswith("."):
        return (name,)
    absolute = f"{name}."
    searched = tuple(f"{name}.{domain}." for domain in search)
    return (absolute, *searched) if name.count(".") >= ndots else (*searched, absolute)


@cache
def tries(kind: NameKind, ndots: int = DEFAULT_NDOTS, host_domains: int = 0) -> tuple[Try, ...]:
    """What a look-up of a name of this kind asks for until it has found it."""
    search = search_list(_NAMESPACE, tuple(f"site{number}.example.net" for number in range(host_domains)))
    found: list[Try] = []
    for name in candidates(_NAMES[kind], search, ndots):
        zone: Zone = "cluster" if name.endswith(f".{DOMAIN}.") else "upstream"
        found.append(Try(zone, name in _EXISTING))
        if found[-1].exists:
            break
    return tuple(found)
