"""Header lines by which a request shows its user."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from typing import TYPE_CHECKING
from urllib.parse import quote

if TYPE_CHECKING:
    from plimsoll.cluster.credentials.settings import Settings


def header_line(name: str, value: str) -> bytes:
    """One line; ``ValueError`` for a value that would end it."""
    if "\r" in value or "\n" in value or "\0" in value:
        raise ValueError(f"{name} has more than one line")
    return f"{name}: {value}\r\n".encode()


def bearer(token: str) -> bytes:
    """The line of a token."""
    return header_line("Authorization", f"Bearer {token}")


def basic(username: str, password: str) -> bytes:
    """The line of a name and password (RFC 7617)."""
    return header_line("Authorization", "Basic " + base64.b64encode(f"{username}:{password}".encode()).decode())


def impersonation(user: Settings) -> bytes:
    """The lines of ``as``, ``as-uid``, ``as-groups`` and ``as-user-extra`` (client-go, ``transport/round_trippers.go``)."""
    name = user.text("as")
    if not name:
        for field in ("as-uid", "as-groups", "as-user-extra"):
            if user.values.get(field):
                user.complain(field, "means nothing without `as`", "Add `as` with the name of the user")
        return b""
    return header_line("Impersonate-User", name) + b"".join(_further(user))


def _further(user: Settings) -> Iterator[bytes]:
    if user.text("as-uid"):
        yield header_line("Impersonate-Uid", user.text("as-uid"))
    for group in user.items("as-groups"):
        yield header_line("Impersonate-Group", str(group))
    extra = user.within("as-user-extra")
    for key in extra.values if extra is not None else ():
        assert extra is not None  # noqa: S101 - there are keys
        for value in extra.items(key):
            yield header_line(f"Impersonate-Extra-{quote(key.lower(), safe='')}", str(value))
