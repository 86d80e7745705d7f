"""The incremental view decides what the straightforward algorithm decides, on random clusters with random histories."""

from __future__ import annotations

from collections import Counter
from random import Random
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from plimsoll.simcluster.scheduling import ClusterView, DefaultSpreading, SchedulingPolicy
from tests.simcluster.scheduling.objects import Object, node, pod, spec
from tests.simcluster.scheduling.oracle import HOSTNAME, PREFERRED, REQUIRED, ZONE, Oracle

KEYS = st.sampled_from([HOSTNAME, ZONE, "rack"])
NAMESPACES = {"red": {"team": "a"}, "green": {"team": "b"}, "blue": {"team": "a"}}
POD_LABELS = st.fixed_dictionaries({"app": st.sampled_from("xy")}, optional={"tier": st.sampled_from("12")})
OPERATORS = st.sampled_from(["In", "NotIn", "Exists", "DoesNotExist"])


def sometimes(strategy: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.none() | strategy


def without_nones(value: dict[str, Any]) -> dict[str, Any]:
    return {key: item for key, item in value.items() if item is not None}


@st.composite
def expressions(draw: st.DrawFn, keys: tuple[str, ...], values: str) -> Object:
    operator = draw(OPERATORS)
    chosen = draw(st.lists(st.sampled_from(values), min_size=1, max_size=2)) if operator in ("In", "NotIn") else []
    return {"key": draw(st.sampled_from(keys)), "operator": operator, "values": chosen}


def label_selectors() -> st.SearchStrategy[Object]:
    equal = st.builds(lambda labels: {"matchLabels": labels}, POD_LABELS)
    by_expression = st.lists(expressions(("app", "tier"), "xy12"), max_size=2)
    return equal | st.builds(lambda items: {"matchExpressions": items}, by_expression)


def affinity_terms() -> st.SearchStrategy[Object]:
    namespace_selectors: st.SearchStrategy[Object] = st.sampled_from([{}, {"matchLabels": {"team": "a"}}])
    return st.builds(
        lambda key, selector, names, namespaces: without_nones(
            {"topologyKey": key, "labelSelector": selector, "namespaces": names, "namespaceSelector": namespaces}
        ),
        KEYS,
        sometimes(label_selectors()),
        sometimes(st.lists(st.sampled_from(sorted(NAMESPACES)), max_size=2)),
        sometimes(namespace_selectors),
    )


def weighted_terms() -> st.SearchStrategy[Object]:
    return st.builds(
        lambda weight, term: {"weight": weight, "podAffinityTerm": term}, st.integers(1, 100), affinity_terms()
    )


def pod_affinities() -> st.SearchStrategy[Object]:
    return st.fixed_dictionaries(
        {},
        optional={REQUIRED: st.lists(affinity_terms(), max_size=2), PREFERRED: st.lists(weighted_terms(), max_size=2)},
    )


def node_terms() -> st.SearchStrategy[Object]:
    by_label = st.lists(expressions(("rack", ZONE, "size"), "ab19"), min_size=1, max_size=2)
    compared = st.builds(
        lambda operator: [{"key": "size", "operator": operator, "values": ["4"]}], st.sampled_from(["Gt", "Lt"])
    )
    return st.builds(lambda items: {"matchExpressions": items}, by_label | compared) | st.just({})


def node_affinities() -> st.SearchStrategy[Object]:
    required = st.builds(lambda items: {"nodeSelectorTerms": items}, st.lists(node_terms(), min_size=1, max_size=2))
    preferred = st.builds(
        lambda weight, term: {"weight": weight, "preference": term}, st.integers(1, 100), node_terms()
    )
    return st.fixed_dictionaries({}, optional={REQUIRED: required, PREFERRED: st.lists(preferred, max_size=2)})


def spread_constraints() -> st.SearchStrategy[Object]:
    return st.fixed_dictionaries(
        {
            "maxSkew": st.integers(1, 2),
            "topologyKey": KEYS,
            "whenUnsatisfiable": st.sampled_from(["DoNotSchedule", "ScheduleAnyway"]),
            "labelSelector": label_selectors(),
        },
        optional={
            "minDomains": st.integers(1, 3),
            "nodeAffinityPolicy": st.sampled_from(["Honor", "Ignore"]),
            "nodeTaintsPolicy": st.sampled_from(["Honor", "Ignore"]),
        },
    )


@st.composite
def taints(draw: st.DrawFn) -> Object:
    effect = draw(st.sampled_from(["NoSchedule", "NoExecute", "PreferNoSchedule", "PreferNoSchedule"]))
    return {"key": draw(st.sampled_from("kl")), "value": draw(st.sampled_from(["", "v"])), "effect": effect}


def tolerations() -> st.SearchStrategy[Object]:
    return st.fixed_dictionaries(
        {"key": st.sampled_from("kl"), "operator": st.sampled_from(["Exists", "Equal"])},
        optional={"value": st.just("v"), "effect": st.sampled_from(["NoSchedule", "PreferNoSchedule"])},
    )


@st.composite
def clusters(draw: st.DrawFn) -> list[Object]:
    labels = st.fixed_dictionaries(
        {}, optional={ZONE: st.sampled_from("ab"), "rack": st.sampled_from("abc"), "size": st.sampled_from("19")}
    )
    return [
        node(
            f"node-{index}",
            cpu=draw(st.sampled_from(["2", "4"])),
            memory=draw(st.sampled_from(["2Gi", "6Gi"])),
            pods=draw(st.integers(2, 9)),
            labels=draw(labels),
            taints=draw(st.lists(taints(), max_size=2)) if index % 3 == 0 else [],
            unschedulable=index == 6,
            allocatable=draw(st.sampled_from([{}, {"example.com/gpu": "1"}])),
        )
        for index in range(draw(st.integers(2, 7)))
    ]


def requests() -> st.SearchStrategy[dict[str, str]]:
    return st.fixed_dictionaries(
        {},
        optional={
            "cpu": st.sampled_from(["250m", "900m"]),
            "memory": st.sampled_from(["100Mi", "900Mi"]),
            "example.com/gpu": st.just("1"),
        },
    )


@st.composite
def pods(draw: st.DrawFn, *, related: bool) -> Object:
    fields = {
        "tolerations": draw(st.lists(tolerations(), max_size=2)),
        "nodeSelector": draw(sometimes(st.builds(lambda rack: {"rack": rack}, st.sampled_from("ab")))),
    }
    affinities = {"nodeAffinity": draw(sometimes(node_affinities()))}
    if related:
        affinities["podAffinity"] = draw(pod_affinities())
        affinities["podAntiAffinity"] = draw(pod_affinities())
        fields["topologySpreadConstraints"] = draw(sometimes(st.lists(spread_constraints(), max_size=2)))
    fields["affinity"] = without_nones(affinities) or None
    return pod(
        spec(draw(requests()), **without_nones(fields)),
        namespace=draw(st.sampled_from(sorted(NAMESPACES))),
        labels=draw(POD_LABELS),
        controller=draw(sometimes(st.sampled_from(["set-1", "set-2"]))),
    )


def view_of(cluster: list[Object], spreading: DefaultSpreading = DefaultSpreading.TOPOLOGY) -> ClusterView:
    view = ClusterView(cluster, Random(1), SchedulingPolicy(default_spreading=spreading))
    for name, labels in NAMESPACES.items():
        view.update_namespace(name, labels)
    return view


def agree(view: ClusterView, oracle: Oracle, candidate: Object, spreading: str = "topology") -> None:
    expected = oracle.scores(candidate, spreading=spreading)
    assert view.evaluate(candidate) == expected
    placement = view.place(candidate)
    if expected:
        assert expected[placement.node_name or ""] == max(expected.values())
    else:
        reasons = Counter(reason for failure in oracle.failures(candidate).values() for reason in failure)
        assert (placement.node_name, placement.reasons) == (None, dict(reasons))


@given(clusters(), st.lists(pods(related=True), min_size=5, max_size=12), st.randoms(use_true_random=False))
@settings(max_examples=50)
def test_every_decision_is_that_of_the_straightforward_algorithm(
    cluster: list[Object], templates: list[Object], chance: Random
) -> None:
    view, oracle = view_of(cluster), Oracle(cluster, NAMESPACES)
    for template in templates:
        agree(view, oracle, template)
        # Where a pod may go does not matter to the counters: other schedulers and static pods put them anywhere.
        name = chance.choice(cluster)["metadata"]["name"]
        view.add_pod(template, name)
        oracle.placed.append((template, name))
        if chance.random() < 0.3:
            leaving, _ = oracle.placed.pop(chance.randrange(len(oracle.placed)))
            view.remove_pod(leaving)


@given(clusters(), clusters(), st.lists(pods(related=True), min_size=2, max_size=8), st.randoms(use_true_random=False))
@settings(max_examples=30)
def test_decisions_follow_nodes_that_change_leave_and_come_back(
    cluster: list[Object], changed: list[Object], templates: list[Object], chance: Random
) -> None:
    view, oracle = view_of(cluster), Oracle(list(cluster), NAMESPACES)
    for template in templates:
        name = chance.choice(cluster)["metadata"]["name"]
        view.add_pod(template, name)
        oracle.placed.append((template, name))
        _change_one_node(view, oracle, chance.choice(cluster + changed), chance)
        agree(view, oracle, template)


def _change_one_node(view: ClusterView, oracle: Oracle, new: Object, chance: Random) -> None:
    name = new["metadata"]["name"]
    oracle.nodes = [node for node in oracle.nodes if node["metadata"]["name"] != name]
    if chance.random() < 0.5:
        view.remove_node(name)
    else:
        view.update_node(new)
        oracle.nodes.append(new)


@given(clusters(), st.lists(pods(related=False), min_size=1, max_size=10), st.randoms(use_true_random=False))
@settings(max_examples=20)
def test_the_older_selector_spread_scores_as_it_did(
    cluster: list[Object], templates: list[Object], chance: Random
) -> None:
    view, oracle = view_of(cluster, DefaultSpreading.SELECTOR), Oracle(cluster, NAMESPACES)
    for template in templates:
        agree(view, oracle, template, "selector")
        name = chance.choice(cluster)["metadata"]["name"]
        view.add_pod(template, name)
        oracle.placed.append((template, name))
