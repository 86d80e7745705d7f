"""What nova-compute logs about a migration, as Newton words it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from plimsoll.kernel import Random

LIBVIRT_TCP_PORT = 16509


def refused(instance: str, destination: str) -> str:
    """Nothing listens at the address that the destination's name, or its inbound address, stands for."""
    return (
        f"ERROR nova.virt.libvirt.driver [instance: {instance}] Live Migration failure: operation failed: Failed to "
        f"connect to remote libvirt URI qemu+tcp://{destination}/system: unable to connect to server at "
        f"'{destination}:{LIBVIRT_TCP_PORT}': Connection refused"
    )


def not_completed(instance: str, seconds: float) -> str:
    """``live_migration_completion_timeout`` is over."""
    return (
        f"WARNING nova.virt.libvirt.driver [instance: {instance}] Live migration not completed after {seconds:.0f} sec"
    )


def stuck(instance: str, seconds: float) -> str:
    """``live_migration_progress_timeout`` is over."""
    return f"WARNING nova.virt.libvirt.driver [instance: {instance}] Live migration stuck for {seconds:.0f} sec"


def finished(instance: str, destination: str) -> str:
    """All went well."""
    return (
        f"INFO nova.compute.manager [instance: {instance}] Migrating instance to {destination} finished successfully."
    )


def uuid(random: Random) -> str:
    """The id of a server, a UUID of version 4."""
    digits = f"{random.getrandbits(128):032x}"
    return f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-a{digits[17:20]}-{digits[20:]}"
