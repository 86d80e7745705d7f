"""Pod addresses and the nodes' network."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from plimsoll.simcluster.settings.setting import Count, Seconds, Settings


class NetworkSettings(Settings):
    """Pod addresses and the nodes' network."""

    cluster_network: str
    host_prefix: Annotated[int, Field(ge=8, le=30)]
    reserved_addresses: Count = Field(description="Addresses of a node's subnet that pods cannot have.")
    settling_seconds: Seconds = Field(description="Time in which a saturated interface's shares adapt to a change.")
    sandbox_retry_seconds: Seconds = Field(description="Back-off after the plugin had no address left.")
