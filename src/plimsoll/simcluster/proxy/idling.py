"""How often an idle timer cuts a connection.

A stream proxy such as nginx cuts a connection on which no byte has passed in either direction for ``proxy_timeout``
(ngx_stream_proxy_module: the timer starts anew with each read or write). The client connects again at once, which is
bytes again; so a connection that stays idle is cut once per timeout.
"""

from __future__ import annotations

from math import ceil, inf

LONGEST_WATCH = 2.0
"""A reflector asks for a watch of once to twice the minimum, evenly distributed (client-go, tools/cache/reflector.go)."""


def cuts_per_second(timeout_seconds: float, bytes_every_seconds: float = inf) -> float:
    """Cuts of one connection on which bytes pass at a fixed period, besides those of its own set-up.

    In a period g the timer T runs out after T, 2T, ... for as long as that is before g: ceil(g/T) - 1 times.
    """
    if timeout_seconds <= 0 or bytes_every_seconds <= timeout_seconds:
        return 0.0
    if bytes_every_seconds == inf:
        return 1.0 / timeout_seconds
    return (ceil(bytes_every_seconds / timeout_seconds) - 1) / bytes_every_seconds


def watch_cuts_per_second(timeout_seconds: float, watch_seconds: float) -> float:
    """Cuts of a connection that carries nothing but a watch without events, which ends by itself after a while.

    A watch lives for ``watch_seconds`` to twice as long, evenly distributed, or until it is cut, and is then begun
    anew: a renewal process, whose rate is P(life > T) / E[min(life, T)].
    """
    least, most = watch_seconds, watch_seconds * LONGEST_WATCH
    if timeout_seconds <= 0 or timeout_seconds >= most:
        return 0.0
    if timeout_seconds <= least:
        return 1.0 / timeout_seconds
    cut = (most - timeout_seconds) / (most - least)
    life = (timeout_seconds**2 - least**2) / 2 / (most - least) + timeout_seconds * cut
    return cut / life
