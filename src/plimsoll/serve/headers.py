"""The headers of a request that the server looks at."""

from __future__ import annotations

from collections.abc import Iterable

IMPERSONATION_PREFIX = b"impersonate-"


class Headers:
    """Read in one pass; of a header given again, the first counts, except for impersonation."""

    __slots__ = ("accept", "accept_encoding", "authorization", "content_type", "impersonation", "user_agent")

    def __init__(self, headers: Iterable[tuple[bytes, bytes]]) -> None:
        self.accept = ""
        self.accept_encoding = b""
        self.authorization = b""
        self.content_type = ""
        self.user_agent = ""
        self.impersonation: list[tuple[bytes, bytes]] = []
        for name, value in headers:
            if name == b"accept":
                self.accept = f"{self.accept},{value.decode('latin-1')}" if self.accept else value.decode("latin-1")
            elif name == b"content-type":
                self.content_type = value.decode("latin-1")
            elif name == b"authorization":
                self.authorization = self.authorization or value
            elif name == b"user-agent":
                self.user_agent = value.decode("latin-1")
            elif name == b"accept-encoding":
                self.accept_encoding = value
            elif name.startswith(IMPERSONATION_PREFIX):
                self.impersonation.append((name, value))
