"""Live migrations connect to an address at which libvirt does not listen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plimsoll.diagnosis.finding import Fact, Finding, Plot, Remedy, Sighting, Threshold, everywhere

if TYPE_CHECKING:
    from plimsoll.diagnosis.evidence import Evidence

REFUSED_SHARE = Threshold(
    "migrations that are refused",
    0.5,
    "share",
    "a libvirtd that is down refuses those to one node; a wrong network, all",
)
LEAST = Threshold("refusals", 3, "migrations", "one node's libvirtd may be restarted while somebody migrates to it")

COMPLETED, FAILED = "migration.completed", "migration.failed"
REFUSED = r"Live Migration failure: .*unable to connect to server at '[^']+': Connection refused"


def _observe(evidence: Evidence) -> Sighting | None:
    refused = len(evidence.logs.matching(REFUSED, "nova-compute"))
    failed, completed = evidence.gauges.peak(FAILED), evidence.gauges.peak(COMPLETED)
    ended = max(failed + completed, refused)
    if refused < LEAST.value or refused < REFUSED_SHARE.value * ended:
        return None
    return Sighting(
        cause=(
            f"{refused:,} of {ended:,.0f} live migrations fail because nothing listens where the source connects to: the "
            "destination's name leads to another network than the one libvirt listens on."
        ),
        confidence=0.9 if not completed else 0.7,
        evidence=(
            Fact("migrations whose connection was refused", refused, "migrations", "log of nova-compute"),
            Fact.of(COMPLETED, "migrations that completed", completed),
            Fact.of(FAILED, "migrations that failed", failed),
        ),
        plot=Plot.of(evidence.gauges.steps("migration.failedPerMinute"), "Migrations that fail", "1/min"),
    )


FINDING = Finding(
    code="PLM721",
    name="wrong-migration-network",
    claim="Live migrations go to an address in a network that libvirt does not listen on, and are refused.",
    asks=(COMPLETED, FAILED, "errors in the log of nova-compute"),
    thresholds=(REFUSED_SHARE, LEAST),
    severity="error",
    remedies=everywhere(
        Remedy(
            "Set live_migration_inbound_addr on each compute node to its address in the network that libvirtd listens on "
            "(here: private), with a Nova that honours it (Ocata, or Newton with the backport); remove live_migration_uri.",
            {"migration.inboundAddressHonoured": True, "migration.inboundNetwork": "private"},
        )
    ),
    not_when="Refusals by a single destination mean that its libvirtd is down.",
    measure_if_unsure=(
        "On a destination: `getent hosts $(hostname)` against `ss -ltn 'sport = :16509'`; the addresses must be of one network."
    ),
    sources=(
        "https://www.mirantis.com/blog/openstack-kubernetes-installation-1000-nodes/",
        "https://docs.openstack.org/nova/latest/configuration/config.html#libvirt.live_migration_inbound_addr",
    ),
    observe=_observe,
    background=(
        "Nova fills the destination's host name into live_migration_uri and cannot put an address there. The name resolves to "
        "the node's first interface, which on provisioned machines is often in the PXE network, while libvirt listens on a "
        "private one. live_migration_inbound_addr lets each destination name its address; Newton ignored it at first."
    ),
)
