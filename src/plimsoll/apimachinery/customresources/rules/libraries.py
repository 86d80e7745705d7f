"""Kubernetes' functions for rules, as far as the language's own extensions do not have them.

Quantities, addresses, URLs and versions are values of their own kinds there; here they are maps with one entry that
names the kind, which only these functions read (apiserver, pkg/cel/library).
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qs, urlsplit

from cel_expr_python import cel

from plimsoll.kube.quantities import parse_quantity

_T = cel.Type
_QUANTITY, _IP, _CIDR, _URL, _VERSION = "quantity", "ip", "cidr", "url", "semver"
_QUANTITY_FORM = re.compile("([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)")
_SEMVER = re.compile(r"(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(-[0-9A-Za-z.-]+)?(\+[0-9A-Za-z.-]+)?")


def kubernetes_functions() -> cel.CelExtension:
    """All functions, as one extension of the language."""
    functions: dict[str, list[cel.Overload]] = {}
    for number, (name, parameters, result, is_member, function) in enumerate(_declarations()):
        overload = cel.Overload(
            id=f"kubernetes_{number}",
            return_type=result,
            parameters=list(parameters),
            is_member=is_member,
            impl=function,
        )
        functions.setdefault(name, []).append(overload)
    return cel.CelExtension("kubernetes", [cel.FunctionDecl(name, overloads) for name, overloads in functions.items()])


Declaration = tuple[str, tuple[cel.Type, ...], cel.Type, bool, Callable[..., Any]]


def _declarations() -> Iterator[Declaration]:
    yield from _lists()
    yield from _texts()
    yield from _quantities()
    yield from _addresses()
    yield from _urls()
    yield from _versions()


def _lists() -> Iterator[Declaration]:
    yield "isSorted", (_T.LIST,), _T.BOOL, True, lambda items: items == sorted(items)
    yield "sum", (_T.LIST,), _T.DYN, True, sum
    yield "min", (_T.LIST,), _T.DYN, True, min
    yield "max", (_T.LIST,), _T.DYN, True, max
    yield "indexOf", (_T.LIST, _T.DYN), _T.INT, True, lambda items, item: items.index(item) if item in items else -1
    yield "lastIndexOf", (_T.LIST, _T.DYN), _T.INT, True, _last_index
    yield "sets.contains", (_T.LIST, _T.LIST), _T.BOOL, False, lambda all_, some: all(item in all_ for item in some)
    yield "sets.intersects", (_T.LIST, _T.LIST), _T.BOOL, False, lambda one, other: any(item in other for item in one)
    yield "sets.equivalent", (_T.LIST, _T.LIST), _T.BOOL, False, _equivalent


def _last_index(items: list[Any], item: Any) -> int:
    return next((index for index in range(len(items) - 1, -1, -1) if items[index] == item), -1)


def _equivalent(one: list[Any], other: list[Any]) -> bool:
    return all(item in other for item in one) and all(item in one for item in other)


def _texts() -> Iterator[Declaration]:
    yield "find", (_T.STRING, _T.STRING), _T.STRING, True, lambda text, pattern: next(iter(_found(text, pattern)), "")
    yield "findAll", (_T.STRING, _T.STRING), _T.List(_T.STRING), True, _found
    yield (
        "findAll",
        (_T.STRING, _T.STRING, _T.INT),
        _T.List(_T.STRING),
        True,
        lambda *call: _found(*call[:2])[: call[2]],
    )


def _found(text: str, pattern: str) -> list[str]:
    return [match[0] for match in re.finditer(pattern, text)]


def _is(read: Callable[[str], Any]) -> Callable[[str], bool]:
    def check(text: str) -> bool:
        try:
            read(text)
        except ValueError:
            return False
        return True

    return check


def _amount(value: Any) -> Decimal:
    return Decimal(value[_QUANTITY])


def _quantity(amount: Decimal) -> dict[str, str]:
    return {_QUANTITY: f"{amount.normalize():f}"}


def _read_quantity(text: str) -> dict[str, str]:
    if not _QUANTITY_FORM.fullmatch(text):
        raise ValueError(f"quantities must match the regular expression '^{_QUANTITY_FORM.pattern}$'")
    exact = parse_quantity(text.lstrip("+-"))
    amount = Decimal(exact.numerator) / Decimal(exact.denominator)
    return _quantity(-amount if text.startswith("-") else amount)


def _rank(value: Any) -> Any:
    """What comparisons of quantities and of versions go by."""
    return _amount(value) if _QUANTITY in value else _precedence(value[_VERSION])


def _compare(one: Any, other: Any) -> int:
    return int(_rank(one) > _rank(other)) - int(_rank(one) < _rank(other))


def _addend(value: Any) -> Decimal:
    return Decimal(value) if isinstance(value, int) else _amount(value)


def _quantities() -> Iterator[Declaration]:
    yield "quantity", (_T.STRING,), _T.DYN, False, _read_quantity
    yield "isQuantity", (_T.STRING,), _T.BOOL, False, _is(_read_quantity)
    yield "sign", (_T.DYN,), _T.INT, True, lambda value: int(_amount(value) > 0) - int(_amount(value) < 0)
    yield "isInteger", (_T.DYN,), _T.BOOL, True, lambda value: _amount(value) % 1 == 0
    yield "asInteger", (_T.DYN,), _T.INT, True, lambda value: int(_amount(value))
    yield "asApproximateFloat", (_T.DYN,), _T.DOUBLE, True, lambda value: float(_amount(value))
    yield "add", (_T.DYN, _T.DYN), _T.DYN, True, lambda value, more: _quantity(_amount(value) + _addend(more))
    yield "sub", (_T.DYN, _T.DYN), _T.DYN, True, lambda value, less: _quantity(_amount(value) - _addend(less))
    yield "isGreaterThan", (_T.DYN, _T.DYN), _T.BOOL, True, lambda one, other: _compare(one, other) > 0
    yield "isLessThan", (_T.DYN, _T.DYN), _T.BOOL, True, lambda one, other: _compare(one, other) < 0
    yield "compareTo", (_T.DYN, _T.DYN), _T.INT, True, _compare


def _address(value: Any) -> ipaddress.IPv4Address | ipaddress.IPv6Address:
    return ipaddress.ip_address(value[_IP] if isinstance(value, dict) else value)


def _network(value: Any) -> ipaddress.IPv4Network | ipaddress.IPv6Network:
    text = value[_CIDR] if isinstance(value, dict) else value
    if "/" not in text:
        raise ValueError(f"not a network: {text}")
    return ipaddress.ip_network(text, strict=False)


def _read_network(text: str) -> dict[str, str]:
    _network(text)
    return {_CIDR: text}


def _contains(network: Any, other: Any) -> bool:
    inner, outer = _network(other), _network(network)
    return inner.version == outer.version and inner.prefixlen >= outer.prefixlen and inner[0] in outer


def _addresses() -> Iterator[Declaration]:
    yield "ip", (_T.STRING,), _T.DYN, False, lambda text: {_IP: str(_address(text))}
    yield "isIP", (_T.STRING,), _T.BOOL, False, _is(_address)
    yield "ip.isCanonical", (_T.STRING,), _T.BOOL, False, lambda text: str(_address(text)) == text
    yield "family", (_T.DYN,), _T.INT, True, lambda value: _address(value).version
    yield "isUnspecified", (_T.DYN,), _T.BOOL, True, lambda value: _address(value).is_unspecified
    yield "isLoopback", (_T.DYN,), _T.BOOL, True, lambda value: _address(value).is_loopback
    yield "isLinkLocalUnicast", (_T.DYN,), _T.BOOL, True, lambda value: _address(value).is_link_local
    yield "isLinkLocalMulticast", (_T.DYN,), _T.BOOL, True, lambda value: _address(value).is_multicast
    yield "isGlobalUnicast", (_T.DYN,), _T.BOOL, True, _is_global_unicast
    yield "cidr", (_T.STRING,), _T.DYN, False, _read_network
    yield "isCIDR", (_T.STRING,), _T.BOOL, False, _is(_network)
    yield "containsIP", (_T.DYN, _T.DYN), _T.BOOL, True, lambda network, value: _address(value) in _network(network)
    yield "containsCIDR", (_T.DYN, _T.DYN), _T.BOOL, True, _contains
    yield "ip", (_T.DYN,), _T.DYN, True, lambda network: {_IP: network[_CIDR].partition("/")[0]}
    yield "prefixLength", (_T.DYN,), _T.INT, True, lambda network: _network(network).prefixlen
    yield "masked", (_T.DYN,), _T.DYN, True, lambda network: {_CIDR: str(_network(network))}
    yield "string", (_T.MAP,), _T.STRING, False, lambda value: str(next(iter(value.values())))


def _is_global_unicast(value: Any) -> bool:
    address = _address(value)
    return not (address.is_unspecified or address.is_loopback or address.is_multicast or address.is_link_local)


def _read_url(text: str) -> dict[str, str]:
    parts = urlsplit(text)
    if not parts.scheme and not text.startswith("/"):
        raise ValueError(f"URL parse error during conversion from string: {text}")
    return {_URL: text}


def _urls() -> Iterator[Declaration]:
    yield "url", (_T.STRING,), _T.DYN, False, _read_url
    yield "isURL", (_T.STRING,), _T.BOOL, False, _is(_read_url)
    yield "getScheme", (_T.DYN,), _T.STRING, True, lambda url: urlsplit(url[_URL]).scheme
    yield "getHost", (_T.DYN,), _T.STRING, True, lambda url: urlsplit(url[_URL]).netloc.rpartition("@")[2]
    yield "getHostname", (_T.DYN,), _T.STRING, True, lambda url: urlsplit(url[_URL]).hostname or ""
    yield "getPort", (_T.DYN,), _T.STRING, True, lambda url: str(urlsplit(url[_URL]).port or "")
    yield "getEscapedPath", (_T.DYN,), _T.STRING, True, lambda url: urlsplit(url[_URL]).path
    yield "getQuery", (_T.DYN,), _T.DYN, True, lambda url: parse_qs(urlsplit(url[_URL]).query)


def _precedence(text: str) -> tuple[Any, ...]:
    core, _, prerelease = text.partition("+")[0].partition("-")
    parts = tuple((not part.isdigit(), int(part) if part.isdigit() else 0, part) for part in prerelease.split("."))
    return (*map(int, core.split(".")), not prerelease, parts)


def _read_version(text: str) -> dict[str, str]:
    if not _SEMVER.fullmatch(text):
        raise ValueError(f"not a semantic version: {text}")
    return {_VERSION: text}


def _versions() -> Iterator[Declaration]:
    yield "semver", (_T.STRING,), _T.DYN, False, _read_version
    yield "isSemver", (_T.STRING,), _T.BOOL, False, _is(_read_version)
    for place, name in enumerate(("major", "minor", "patch")):
        yield name, (_T.DYN,), _T.INT, True, lambda version, place=place: _precedence(version[_VERSION])[place]
