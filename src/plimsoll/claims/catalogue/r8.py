"""R8: what 45,000 clients put on the network."""

from plimsoll.claims.claim import Check, Claim

RUN = "openshift/500-pods-per-node"
NARROW, WIDE = "openshift/network-before", "openshift/network-after"
NODES = 100
BITS_PER_MEGABYTE = 8e6

CLAIM = Claim(
    id="R8",
    title="45,000 clients at 100 KB/s each way",
    scenarios=(RUN, NARROW, WIDE),
    checks=(
        Check(
            "Data exchanged in all, both directions",
            "9,000, slightly less for clients beside their server",
            "MB/s",
            lambda runs: runs[RUN].metric("network.sendMean") * NODES / BITS_PER_MEGABYTE,
            at_least=8_750,
            at_most=9_000,
            note="Every byte is sent once and received once; clients on their server's node, one in a hundred, load no network.",
        ),
        Check(
            "Mean over the nodes, sent",
            "720",
            "Mb/s",
            lambda runs: runs[RUN].metric("network.sendMean") / 1e6,
            at_least=700,
            at_most=720,
        ),
        Check(
            "Node that sends least",
            "650 (of five)",
            "Mb/s",
            lambda runs: runs[RUN].metric("network.sendMin") / 1e6,
            at_least=550,
            at_most=720,
            note="The least of a hundred nodes, where the article looked at five.",
        ),
        Check(
            "Node that sends most",
            "780 (of five)",
            "Mb/s",
            lambda runs: runs[RUN].metric("network.sendMax") / 1e6,
            at_least=720,
            at_most=880,
            note="The most of a hundred nodes, where the article looked at five.",
        ),
        Check(
            "Mean over ten nodes, sent, with 500 Mb/s each",
            "500 at most (mechanism)",
            "Mb/s",
            lambda runs: runs[NARROW].metric("network.sendMean") / 1e6,
            at_most=500,
            note="A tenth of the clients have their server on their own node.",
        ),
        Check(
            "Mean over ten nodes, sent, with 10 Gb/s each",
            "720, less a tenth that stays on the node",
            "Mb/s",
            lambda runs: runs[WIDE].metric("network.sendMean") / 1e6,
            at_least=620,
            at_most=680,
        ),
    ),
)
