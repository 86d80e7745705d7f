"""What applications ask of the services of a simulated cluster while it is loaded: a kind in each file."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from plimsoll.scenario.demands.apirequests import ApiRequests
from plimsoll.scenario.demands.database import DatabaseTransactions
from plimsoll.scenario.demands.dns import DnsLookups
from plimsoll.scenario.demands.migration import LiveMigrations

AnyDemand = Annotated[ApiRequests | DatabaseTransactions | DnsLookups | LiveMigrations, Field(discriminator="kind")]

__all__ = ["AnyDemand", "ApiRequests", "DatabaseTransactions", "DnsLookups", "LiveMigrations"]
