"""Names that the pods of the cluster look up."""

from __future__ import annotations

from typing import Literal

from plimsoll.scenario.demands.timed import TimedDemand


class DnsLookups(TimedDemand):
    """Names that the pods of the cluster look up."""

    kind: Literal["dnsLookups"]
