"""Checks of numbers, ports, shares, addresses and quantities."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable
from fractions import Fraction
from functools import lru_cache
from typing import Any

from plimsoll.apimachinery.naming import percentage, port_name, port_number
from plimsoll.apimachinery.validation.fielderrors import Errors, invalid_value, not_supported, required
from plimsoll.apimachinery.validation.labels import check_text
from plimsoll.kube.quantities import parse_quantity

NOT_NEGATIVE = "must be greater than or equal to 0"
BAD_ADDRESS = "must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)"
BAD_NETWORK = "must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)"

_LEADING_ZERO = re.compile(r"(^|\.)0[0-9]")


def check_not_negative(value: int | None, field: str) -> Errors:
    """Check a number that may be zero; absent is right."""
    if value is not None and value < 0:
        yield invalid_value(field, value, NOT_NEGATIVE)


def check_positive(value: int | None, field: str) -> Errors:
    """Check a number that must be at least one; absent is right."""
    if value is not None and value <= 0:
        yield invalid_value(field, value, "must be greater than 0")


def check_one_of(value: Any, supported: Iterable[str], field: str, *, optional: bool = False) -> Errors:
    """Check a choice; an absent one is a fault of its own unless it is optional."""
    if not value:
        if not optional:
            yield required(field)
    elif value not in (choices := tuple(supported)):
        yield not_supported(field, value, choices)


def check_port(value: int | str, field: str) -> Errors:
    """Check a port given by number or by name."""
    if isinstance(value, str):
        yield from check_text(port_name, value, field)
    else:
        yield from check_port_number(value, field)


def check_port_number(value: int, field: str) -> Errors:
    """Check a port given by number."""
    for message in port_number(value):
        yield invalid_value(field, value, message)


def check_count_or_share(value: int | str | None, field: str) -> Errors:
    """Check a number of pods, or a percentage of them."""
    if isinstance(value, str):
        yield from check_text(percentage, value, field)
    else:
        yield from check_not_negative(value, field)


def check_share(value: int | str | None, field: str) -> Errors:
    """Check that a percentage is not over 100%."""
    if isinstance(value, str) and not percentage(value) and int(value[:-1]) > 100:  # noqa: PLR2004 - per cent
        yield invalid_value(field, value, "must not be greater than 100%")


def is_zero_share(value: int | str | None) -> bool:
    """Whether a count or percentage comes to nothing."""
    if isinstance(value, str):
        return not percentage(value) and int(value[:-1]) == 0
    return value == 0


def check_address(value: str, field: str) -> Errors:
    """Check an IP address of either family."""
    if address_of(value) is None:
        yield invalid_value(field, value, BAD_ADDRESS)


def address_of(value: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    """Read an address as the API does for its old fields: leading zeros are let through."""
    try:
        return ipaddress.ip_address(_without_zeros(value))
    except ValueError:
        return None


def network_of(value: str) -> ipaddress.IPv4Network | ipaddress.IPv6Network | None:
    """Read a network; bits behind the mask are let through."""
    address, slash, bits = value.partition("/")
    if not slash or not bits.isdecimal():
        return None
    try:
        return ipaddress.ip_network(f"{_without_zeros(address)}/{bits}", strict=False)
    except ValueError:
        return None


def quantity(value: Any) -> Fraction:
    """Read a quantity that may be negative; decoding has refused what is none."""
    return _read_quantity(str(value))


@lru_cache(maxsize=4096)  # the pods of a cluster ask for few different amounts
def _read_quantity(text: str) -> Fraction:
    return -parse_quantity(text[1:]) if text.startswith("-") else parse_quantity(text)


def _without_zeros(value: str) -> str:
    return re.sub(r"(^|\.)0+(?=[0-9])", r"\1", value) if _LEADING_ZERO.search(value) else value
