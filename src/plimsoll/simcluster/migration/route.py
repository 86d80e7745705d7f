"""Which network a migration takes, and whether libvirt answers there."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from plimsoll.simcluster.settings import MigrationSettings, NodeNetwork

EVERYWHERE = "all"
"""``libvirtListensOn`` of a libvirtd with ``listen_addr = 0.0.0.0``."""


def target_network(settings: MigrationSettings) -> NodeNetwork:
    """The network of the address that the source connects to.

    Nova fills the destination's host name into ``live_migration_uri``, and its resolution decides; unless the
    destination has told its ``live_migration_inbound_addr`` and Nova honours it.
    """
    name = settings.host_name_network
    if settings.inbound_network and settings.inbound_address_honoured:
        name = settings.inbound_network
    return next(network for network in settings.networks if network.name == name)


def is_refused(settings: MigrationSettings) -> bool:
    """Whether nothing listens at that address."""
    return settings.libvirt_listens_on not in (EVERYWHERE, target_network(settings).name)
