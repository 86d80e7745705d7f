"""Live migration of virtual machines between nodes with several networks."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator
from pydantic.alias_generators import to_camel

from plimsoll.simcluster.settings.setting import Count, Seconds, Settings


class NodeNetwork(BaseModel):
    """A network that every compute node has an interface in."""

    model_config = ConfigDict(frozen=True, extra="forbid", alias_generator=to_camel, populate_by_name=True)

    name: str = Field(min_length=1)
    device: str = Field(min_length=1, description="The interface, as node_network_transmit_bytes_total names it.")
    purpose: Literal["pxe", "private", "storage", "migration"]
    bits_per_second: Annotated[float, Field(gt=0)]


class MigrationSettings(Settings):
    """What decides where QEMU's stream goes, and how long it takes: networks, libvirt, and Nova's options."""

    networks: tuple[NodeNetwork, ...] = Field(
        min_length=1, description="Networks of a node, in the order of interfaces."
    )
    host_name_network: str = Field(description="The network whose address a node's host name resolves to.")
    libvirt_listens_on: str = Field(description="The network whose address libvirtd listens at; `all` for 0.0.0.0.")
    inbound_network: str = Field(
        description="The network of live_migration_inbound_addr; empty where the option is not set."
    )
    inbound_address_honoured: bool = Field(description="Nova puts live_migration_inbound_addr into the target's URI.")
    max_concurrent: Count = Field(description="max_concurrent_live_migrations of each source node.")
    preparation_seconds: Seconds = Field(
        description="Checks, volumes and ports at the destination, before any copying."
    )
    bandwidth_bytes_per_second: Annotated[float, Field(ge=0)] = Field(description="live_migration_bandwidth.")
    downtime_seconds: Annotated[float, Field(gt=0)] = Field(
        description="live_migration_downtime: what is left is copied with the machine paused once it takes less than this."
    )
    completion_timeout_seconds_per_gib: Seconds = Field(description="live_migration_completion_timeout, per GiB.")
    progress_timeout_seconds: Seconds = Field(
        description="live_migration_progress_timeout: given up when the rest has not become less for so long."
    )

    @model_validator(mode="after")
    def _networks_exist(self) -> Self:
        names = [network.name for network in self.networks]
        for wanted in (self.host_name_network, self.inbound_network or names[0]):
            if wanted not in names:
                raise ValueError(f"there is no network {wanted!r} among {', '.join(names)}")
        if self.libvirt_listens_on not in (*names, "all"):
            raise ValueError(f"there is no network {self.libvirt_listens_on!r} among {', '.join(names)}; or write all")
        return self
