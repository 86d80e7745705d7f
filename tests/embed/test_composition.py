"""From a scenario's cluster to the parts of a simulated one."""

from __future__ import annotations

from plimsoll.embed.composition import node_shapes
from plimsoll.scenario.cluster import ClusterSpec


def test_pools_are_taken_from_the_nodes_one_after_the_other_and_add_to_what_every_node_has() -> None:
    spec = ClusterSpec.model_validate(
        {
            "nodes": 4,
            "node": {"labels": {"zone": "a"}},
            "pools": [
                {"count": 1, "labels": {"role": "infra"}, "taints": [{"key": "infra", "effect": "NoSchedule"}]},
                {"count": 2, "labels": {"zone": "b"}},
            ],
        }
    )

    shapes = node_shapes(spec)

    assert [shape.name for shape in shapes] == ["worker-0", "worker-1", "worker-2", "worker-3"]
    assert [shape.labels for shape in shapes] == [
        {"zone": "a", "role": "infra"},
        {"zone": "b"},
        {"zone": "b"},
        {"zone": "a"},
    ]
    assert [len(shape.taints) for shape in shapes] == [1, 0, 0, 0]
