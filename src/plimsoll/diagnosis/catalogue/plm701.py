"""The network between nodes is full."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plimsoll.diagnosis.evidence.gauges import plateau
from plimsoll.diagnosis.finding import Effect, Fact, Finding, Plot, Remedy, Sighting, Threshold, everywhere
from plimsoll.diagnosis.observable import shown_by

if TYPE_CHECKING:
    from plimsoll.diagnosis.evidence import Evidence

BITS_PER_BYTE = 8
FLAT = Threshold("nearness to the node's own maximum", 0.02, "share", "traffic that nothing limits varies by more")
LASTING = Threshold("time at the maximum", 60, "s", "shorter is a burst")
SHORT = Threshold("part of what was wanted", 0.9, "share", "what stays on one node and start-up take some per cent")
MARGIN = Threshold("margin", 1.2, "x", "traffic comes in bursts, and frames have headers")
INTERFACES = (1e9, 10e9, 25e9, 40e9, 100e9, 200e9, 400e9)
"""Speeds that interfaces of servers are sold with."""
SEND, INTERFACE = "network.sendBitsPerSecond", "networkBitsPerSecond"


def _observe(evidence: Evidence) -> Sighting | None:
    sending = evidence.gauges.by_instance(SEND)
    if not sending or not evidence.load.exchange_bytes_per_second:
        return None
    wanted_of_node = _wanted_of_node(evidence)
    highest = evidence.gauges.highest(SEND)
    if sum(highest.values()) >= SHORT.value * wanted_of_node * len(sending):
        return None  # a node sends as much as it has clients: only all of them together tell
    full = [
        node
        for node, steps in sending.items()
        if highest[node] and plateau(steps, highest[node], FLAT.value, evidence.run_seconds).seconds >= LASTING.value
    ]
    if not full:
        return None
    top = max(highest[node] for node in full)
    return Sighting(
        cause=(
            f"{len(full)} nodes send {top / 1e6:.0f} Mb/s all the time and never more, where the load asks for "
            f"{wanted_of_node / 1e6:.0f} Mb/s of each."
        ),
        confidence=0.85,
        evidence=(
            Fact.of(SEND, "most that a node sends", top),
            Fact("wanted of each node", wanted_of_node, "bit/s", "the load"),
            Fact(f"nodes at their maximum, of {len(sending)}", len(full), "nodes", shown_by(SEND)),
        ),
        effect=Effect(evidence.load.pods, 0.0),
        plot=Plot.of(sending[full[0]], f"Sent by {full[0]}", "bit/s", top),
    )


def _wanted_of_node(evidence: Evidence) -> float:
    """Bits per second; a client whose server is on the same node, one in as many as there are, sends none over the wire."""
    nodes = len(evidence.gauges.by_instance(SEND))
    return evidence.load.exchange_bytes_per_second * BITS_PER_BYTE / nodes * (1 - 1 / nodes)


def _fast_enough(evidence: Evidence) -> float:
    wanted = MARGIN.value * _wanted_of_node(evidence)
    return next((speed for speed in INTERFACES if speed >= wanted), wanted)


FINDING = Finding(
    code="PLM701",
    name="network-saturated",
    claim="The nodes' network interfaces carry all they can, and that is less than the load exchanges.",
    asks=(SEND, "what the load exchanges"),
    thresholds=(FLAT, LASTING, SHORT, MARGIN),
    severity="error",
    remedies=everywhere(
        Remedy(
            "Use faster interfaces, more nodes, or keep those who talk on one node (pod affinity).",
            {INTERFACE: _fast_enough},
        )
    ),
    not_when="The programs themselves limit their rate, or their nodes' CPU does.",
    measure_if_unsure="rate(node_network_transmit_bytes_total) against node_network_speed_bytes, and drops of the interface.",
    sources=("https://www.redhat.com/en/blog/500_pods_per_node",),
    observe=_observe,
    background="Many TCP flows share a full interface evenly; each gets its speed divided by their number.",
)
