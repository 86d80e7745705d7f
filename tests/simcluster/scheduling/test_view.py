"""What a view notes and how it decides, beyond what the oracle compares."""

from __future__ import annotations

from collections import Counter
from random import Random

import pytest

from plimsoll.simcluster.scheduling import (
    LEGACY,
    ClusterView,
    DefaultSpreading,
    SchedulingPolicy,
    failed_scheduling_message,
)
from tests.simcluster.scheduling.objects import Object, affinity, node, nodes, pod, spec, spread, term
from tests.simcluster.scheduling.oracle import HOSTNAME, ZONE

WORKER = {"pool": "worker"}


def view_of(cluster: list[Object], **policy: object) -> ClusterView:
    return ClusterView(cluster, Random(1), SchedulingPolicy(**policy))  # type: ignore[arg-type]


def fill(view: ClusterView, pods: list[Object]) -> list[str | None]:
    """Place pods one after the other; where each went."""
    names = []
    for item in pods:
        placement = view.place(item)
        names.append(placement.node_name)
        if placement.node_name is not None:
            view.add_pod(item, placement.node_name)
    return names


def test_pods_without_requests_are_spread_evenly_over_equal_nodes() -> None:
    names = fill(view_of(nodes(10)), [pod() for _ in range(100)])
    assert set(Counter(names).values()) == {10}


def test_the_node_with_more_room_is_preferred() -> None:
    view = view_of([node("small", cpu="4"), node("large", cpu="16")])
    assert view.place(pod(spec({"cpu": "1"}))).node_name == "large"


def test_a_node_takes_as_many_pods_as_it_allows_and_then_the_reason_is_given() -> None:
    view = view_of(nodes(2, pods=3), wording=LEGACY)
    names = fill(view, [pod() for _ in range(7)])
    assert names[-1] is None
    placement = view.place(pod())
    assert (placement.feasible, placement.evaluated) == (0, 2)
    message = failed_scheduling_message(view.nodes, placement.reasons)
    assert message == "0/2 nodes are available: 2 Insufficient pods."


def test_every_shortage_of_a_node_is_a_reason_of_its_own() -> None:
    view = view_of([node("full", cpu="1", memory="1Gi"), node("closed", unschedulable=True)])
    placement = view.place(pod(spec({"cpu": "2", "memory": "2Gi", "example.com/gpu": "1"})))
    assert failed_scheduling_message(view.nodes, placement.reasons) == (
        "0/2 nodes are available: 1 Insufficient cpu, 1 Insufficient example.com/gpu, 1 Insufficient memory,"
        " 1 node(s) were unschedulable."
    )


def test_a_pod_is_counted_once_however_often_it_is_seen() -> None:
    view = view_of(nodes(1, pods=2))
    seen = pod()
    for _ in range(3):
        view.add_pod(seen, "node-0")
    assert view.place(pod()).node_name == "node-0"


def test_a_removed_pod_leaves_its_room_and_its_rules() -> None:
    alone = spec(**affinity("podAntiAffinity", required=[term({"app": "x"})]))
    view = view_of(nodes(1))
    first = pod(alone, labels={"app": "x"})
    view.add_pod(first, "node-0")
    assert view.place(pod(labels={"app": "x"})).node_name is None
    view.remove_pod(first)
    view.remove_pod(first)
    assert view.place(pod(labels={"app": "x"})).node_name == "node-0"


def test_a_pod_seen_elsewhere_than_assumed_is_counted_there() -> None:
    view = view_of(nodes(2, pods=1))
    assumed = pod()
    view.add_pod(assumed, "node-0")
    view.add_pod(assumed, "node-1")
    assert view.place(pod()).node_name == "node-0"


def test_pods_that_are_seen_before_their_node_count_once_it_comes() -> None:
    view = view_of([])
    assert failed_scheduling_message(view.nodes, view.place(pod()).reasons) == "no nodes available to schedule pods"
    view.add_pod(pod(), "node-0")
    view.add_node(node("node-0", pods=1))
    assert view.place(pod()).reasons == {"Too many pods": 1}


def test_a_lost_node_takes_no_pods_and_its_place_in_the_table_is_reused_cleanly() -> None:
    view = view_of(nodes(2))
    left_behind = pod(spec({"cpu": "7"}))
    view.add_pod(left_behind, "node-1")
    view.remove_node("node-1")
    assert {view.place(pod()).node_name for _ in range(20)} == {"node-0"}
    view.remove_pod(left_behind)
    view.add_node(node("node-2"))
    assert set(view.evaluate(pod(spec({"cpu": "5"})))) == {"node-0", "node-2"}


def test_a_heartbeat_changes_nothing_and_a_taint_does() -> None:
    view = view_of(nodes(1))
    view.update_node(node("node-0"))
    assert view.place(pod()).node_name == "node-0"
    unreachable = {"key": "node.kubernetes.io/unreachable", "effect": "NoExecute"}
    view.update_node(node("node-0", taints=[unreachable]))
    assert view.place(pod()).reasons == {"node(s) had untolerated taint(s)": 1}


def test_a_cordoned_node_takes_pods_that_tolerate_it() -> None:
    tolerant = spec(tolerations=[{"key": "node.kubernetes.io/unschedulable", "operator": "Exists"}])
    view = view_of([node("cordoned", unschedulable=True)])
    assert view.place(pod(tolerant)).node_name == "cordoned"


def test_a_daemons_pod_goes_to_the_node_that_it_names() -> None:
    fields = [{"key": "metadata.name", "operator": "In", "values": ["node-3"]}]
    required = {"requiredDuringSchedulingIgnoredDuringExecution": {"nodeSelectorTerms": [{"matchFields": fields}]}}
    daemon = spec(affinity={"nodeAffinity": required})
    view = view_of(nodes(5))
    assert view.place(pod(daemon)).node_name == "node-3"
    view.remove_node("node-3")
    assert view.place(pod(daemon)).reasons == {"node(s) didn't match Pod's node affinity/selector": 4}


def test_a_pod_that_names_its_node_fits_there_or_nowhere() -> None:
    view = view_of(nodes(3, pods=1))
    assert view.place(pod(spec(nodeName="node-2"))).node_name == "node-2"
    view.add_pod(pod(), "node-2")
    assert view.place(pod(spec(nodeName="node-2"))).reasons == {
        "Too many pods": 1,
        "node(s) didn't match the requested node name": 2,
    }


def test_a_namespaces_labels_may_come_after_its_pods() -> None:
    shunned = term({"app": "x"}, namespaceSelector={"matchLabels": {"team": "a"}})
    view = view_of(nodes(1))
    view.add_pod(pod(namespace="red", labels={"app": "x"}), "node-0")
    shy = pod(spec(**affinity("podAntiAffinity", required=[shunned])))
    assert view.place(shy).node_name == "node-0"
    view.update_namespace("red", {"team": "a"})
    assert view.place(shy).node_name is None
    view.update_namespace("red", {"team": "b"})
    assert view.place(shy).node_name == "node-0"


def test_nine_hundred_exclusive_pods_fill_nine_hundred_nodes_and_the_next_one_fits_nowhere() -> None:
    exclusive = spec(**affinity("podAntiAffinity", required=[term({"app": "x"})]))
    view = view_of(nodes(900))
    names = fill(view, [pod(exclusive, labels={"app": "x"}) for _ in range(901)])
    assert len(set(names[:900])) == 900
    assert names[900] is None


def test_the_first_pod_of_a_group_that_wants_company_goes_anywhere_and_the_others_follow() -> None:
    together = spec(**affinity("podAffinity", required=[term({"app": "x"}, ZONE)]))
    cluster = [node(f"{zone}{number}", labels={ZONE: zone}) for zone in "abc" for number in range(3)]
    names = fill(view_of(cluster), [pod(together, labels={"app": "x"}) for _ in range(30)])
    assert len({(name or "")[0] for name in names}) == 1


def test_a_hard_spread_keeps_zones_within_the_skew_at_every_step() -> None:
    even = spec(topologySpreadConstraints=[spread(ZONE, {"app": "x"})])
    zones = {"a": 1, "b": 2, "c": 4}
    cluster = [node(f"{zone}{number}", labels={ZONE: zone}) for zone in zones for number in range(zones[zone])]
    view = view_of(cluster)
    counts: Counter[str] = Counter(dict.fromkeys(zones, 0))
    for _ in range(30):
        (name,) = fill(view, [pod(even, labels={"app": "x"})])
        counts[(name or "")[0]] += 1
        assert max(counts.values()) - min(counts.values()) <= 1


@pytest.mark.parametrize(
    ("spreading", "most"), [(DefaultSpreading.TOPOLOGY, 1), (DefaultSpreading.SELECTOR, 1), (DefaultSpreading.NONE, 4)]
)
def test_pods_of_one_controller_keep_apart_where_the_cluster_says_so(spreading: DefaultSpreading, most: int) -> None:
    # One node is much larger, so that resources alone would have all pods go there.
    cluster = [node("large", cpu="64", memory="512Gi"), *nodes(3)]
    heavy = spec({"cpu": "500m", "memory": "2Gi"})
    view = view_of(cluster, default_spreading=spreading)
    names = fill(view, [pod(heavy, controller="set") for _ in range(4)])
    assert max(Counter(names).values()) == most


def test_the_same_seed_places_the_same_and_another_one_may_not() -> None:
    def run(seed: int) -> list[str | None]:
        return fill(ClusterView(nodes(50), Random(seed)), [pod() for _ in range(40)])

    assert run(1) == run(1) != run(2)


def test_a_large_cluster_is_sampled_and_searched_in_turn() -> None:
    view = view_of(nodes(400))
    first = view.place(pod())
    assert (first.feasible, first.evaluated) == (188, 188)  # 50 % - 400/125 = 47 %
    places = [view.place(pod()).node_name for _ in range(60)]
    assert len({int((name or "-0").split("-")[1]) // 100 for name in places}) == 4


def test_a_percentage_of_100_looks_at_every_node() -> None:
    view = view_of(nodes(400), percentage_of_nodes_to_score=100)
    assert view.place(pod()).feasible == 400


def test_what_was_forgotten_of_idle_templates_is_found_again() -> None:
    exclusive = spec(**affinity("podAntiAffinity", required=[term({"app": "keep"})]))
    view = view_of(nodes(2))
    view.add_pod(pod(exclusive, labels={"app": "keep"}), "node-0")
    for number in range(3000):  # pods of as many templates that come and go
        passing = pod(spec(), namespace=f"ns-{number}", labels={"app": "passing"})
        view.add_pod(passing, "node-1")
        view.remove_pod(passing)
    assert len(view._census._classes) < 2000
    assert view.place(pod(exclusive, labels={"app": "keep"})).node_name == "node-1"


def test_pods_of_one_template_are_parsed_once_and_equal_ones_found_equal() -> None:
    view = view_of(nodes(3))
    shared = spec({"cpu": "100m"})
    bound = {**shared, "nodeName": "node-0"}
    classes = {id(view._classifier.class_of(item)) for item in (pod(shared), pod(bound), pod(spec({"cpu": "0.1"})))}
    assert len(classes) == 1


def test_no_node_is_ever_overcommitted_and_none_is_left_empty_that_would_fit() -> None:
    chance = Random(7)
    view = view_of(nodes(5, cpu="4", memory="8Gi", pods=20))
    placed: list[tuple[str, int]] = []
    for _ in range(200):
        millicores = chance.choice([100, 400, 900])
        placement = view.place(item := pod(spec({"cpu": f"{millicores}m"})))
        used: Counter[str] = Counter()
        for name, amount in placed:
            used[name] += amount
        fits = [f"node-{n}" for n in range(5) if used[f"node-{n}"] + millicores <= 4000]
        assert (placement.node_name in fits) if fits else placement.node_name is None
        if placement.node_name is not None:
            view.add_pod(item, placement.node_name)
            placed.append((placement.node_name, millicores))


def test_a_node_selector_and_a_host_name_narrow_the_choice() -> None:
    view = view_of([node("a", labels=WORKER), node("b"), node("c", labels=WORKER)])
    assert {view.place(pod(spec(nodeSelector=WORKER))).node_name for _ in range(30)} == {"a", "c"}
    assert view.place(pod(spec(nodeSelector={HOSTNAME: "b"}))).node_name == "b"


def test_what_placed_pods_require_or_prefer_draws_and_repels_others() -> None:
    cluster = [node(zone, labels={ZONE: zone}) for zone in "abcd"]
    view = view_of(cluster)
    wanted = term({"app": "x"}, ZONE)
    weighted = [{"weight": 50, "podAffinityTerm": wanted}]
    view.add_pod(pod(spec(**affinity("podAffinity", required=[wanted]))), "a")
    view.add_pod(pod(spec(**affinity("podAffinity", preferred=weighted))), "b")
    view.add_pod(pod(spec(**affinity("podAntiAffinity", preferred=weighted))), "c")
    view.add_pod(pod(), "d")
    # Raw: 1 for the required term, 50, -50, 0; scaled to 0..100 with weight 2.
    scores = view.evaluate(pod(labels={"app": "x"}))
    least = scores["c"]
    assert {name: score - least for name, score in scores.items()} == {"a": 2 * 51, "b": 2 * 100, "c": 0, "d": 2 * 50}


def test_equal_preferences_of_one_pod_add_up() -> None:
    view = view_of([node(zone, labels={ZONE: zone}) for zone in "ab"])
    item = {"weight": 10, "podAffinityTerm": term({"app": "x"}, ZONE)}
    against = {"weight": 20, "podAffinityTerm": term({"app": "x"}, ZONE)}
    both = affinity("podAffinity", preferred=[item, item])["affinity"]
    both |= affinity("podAntiAffinity", preferred=[against])["affinity"]
    view.add_pod(pod(spec(affinity=both)), "a")
    view.add_pod(pod(), "b")
    scores = view.evaluate(pod(labels={"app": "x"}))
    assert scores["a"] == scores["b"]


@pytest.mark.parametrize(("policy", "fits"), [("Ignore", False), ("Honor", True)])
def test_a_zone_of_tainted_nodes_counts_for_the_skew_unless_taints_are_honoured(policy: str, *, fits: bool) -> None:
    dedicated = [{"key": "dedicated", "effect": "NoSchedule"}]
    view = view_of([node("a", labels={ZONE: "a"}), node("b", labels={ZONE: "b"}, taints=dedicated)])
    even = spec(topologySpreadConstraints=[spread(ZONE, {"app": "x"}, nodeTaintsPolicy=policy)])
    view.add_pod(pod(even, labels={"app": "x"}), "a")
    assert (view.place(pod(even, labels={"app": "x"})).node_name == "a") == fits


def test_pods_on_nodes_that_lack_a_label_of_soft_constraints_are_not_counted() -> None:
    whole = [node(zone, labels={ZONE: zone, "rack": zone}) for zone in "ab"]
    view = view_of([*whole, node("rackless", labels={ZONE: "a"}, pods=1)])
    view.add_pod(pod(labels={"app": "x"}), "rackless")
    soft = [spread(key, {"app": "x"}, hard=False) for key in (ZONE, "rack")]
    scores = view.evaluate(pod(spec(topologySpreadConstraints=soft), labels={"app": "x"}))
    assert scores["a"] == scores["b"]
