from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plimsoll.errors import ApiError
from plimsoll.kernel import Kernel, Streams
from plimsoll.kube.resources import ROLEBINDINGS
from plimsoll.registry.authorization.aggregation import RoleAggregation
from plimsoll.registry.authorization.attributes import Attributes
from plimsoll.registry.authorization.authorizer import Authorizer
from plimsoll.registry.authorization.bootstrap import install_roles
from plimsoll.registry.authorization.escalation import check_escalation
from plimsoll.registry.authorization.resolving import CLUSTERROLEBINDINGS, CLUSTERROLES, ROLES
from plimsoll.registry.authorization.rules import allows, covers_path, missing_rules
from plimsoll.registry.identity import Identity
from plimsoll.registry.requests import User
from plimsoll.simcluster.store import Store

ALICE = User("alice", groups=("devs", "system:authenticated"))
MASTER = User("root", groups=("system:masters",))
READ_PODS = {"verbs": ["get", "list"], "apiGroups": [""], "resources": ["pods"]}


class Cluster:
    """A store with the roles that every cluster begins with."""

    def __init__(self) -> None:
        self.kernel = Kernel()
        self.store = Store(self.kernel, 0.0)
        install_roles(self.store, Identity(self.kernel, Streams(1).stream("test"), 0.0))
        RoleAggregation(self.store)
        self.authorizer = Authorizer(self.store)

    def bind(self, role: str, subject: dict[str, str], namespace: str = "", kind: str = "ClusterRole") -> None:
        resource = ROLEBINDINGS if namespace else CLUSTERROLEBINDINGS
        metadata = {"name": f"{role}-{subject['name']}", **({"namespace": namespace} if namespace else {})}
        binding = {"metadata": metadata, "roleRef": {"kind": kind, "name": role}, "subjects": [subject]}
        self.store.collection(resource).add(namespace, metadata["name"], binding)
        self.kernel.run(self.kernel.now + 1)

    def role(
        self, name: str, *rules: dict[str, Any], namespace: str = "", labels: dict[str, str] | None = None
    ) -> None:
        resource = ROLES if namespace else CLUSTERROLES
        metadata: dict[str, Any] = {"name": name, "namespace": namespace, "labels": labels or {}}
        self.store.collection(resource).add(namespace, name, {"metadata": metadata, "rules": list(rules)})
        self.kernel.run(self.kernel.now + 1)

    def may(self, user: User, verb: str, resource: str, namespace: str = "") -> bool:
        return self.authorizer.authorize(user, Attributes(verb, "", resource, namespace=namespace)).allowed


def test_a_role_is_good_in_its_namespace_alone() -> None:
    cluster = Cluster()
    cluster.role("reader", READ_PODS, namespace="team")
    cluster.bind("reader", {"kind": "User", "name": "alice"}, "team", "Role")
    assert cluster.may(ALICE, "get", "pods", "team")
    assert not cluster.may(ALICE, "get", "pods", "other")
    assert not cluster.may(ALICE, "delete", "pods", "team")
    assert not cluster.may(User("bob"), "get", "pods", "team")


def test_a_cluster_role_that_is_bound_in_a_namespace_is_good_there() -> None:
    cluster = Cluster()
    cluster.bind("view", {"kind": "Group", "name": "devs"}, "team")
    assert cluster.may(ALICE, "list", "pods", "team")
    assert not cluster.may(ALICE, "list", "secrets", "team")
    assert not cluster.may(ALICE, "list", "pods")


def test_a_service_account_is_a_subject_of_its_namespace() -> None:
    cluster = Cluster()
    cluster.bind("view", {"kind": "ServiceAccount", "name": "bot", "namespace": "team"})
    assert cluster.may(User("system:serviceaccount:team:bot"), "list", "pods", "anywhere")
    assert not cluster.may(User("system:serviceaccount:other:bot"), "list", "pods", "anywhere")


def test_why_something_is_allowed_is_said() -> None:
    cluster = Cluster()
    cluster.bind("view", {"kind": "Group", "name": "devs"}, "team")
    decision = cluster.authorizer.authorize(ALICE, Attributes("list", "", "pods", namespace="team"))
    assert decision.reason == 'RBAC: allowed by RoleBinding "view-devs/team" of ClusterRole "view" to Group "devs"'


def test_a_binding_to_a_role_that_is_missing_is_told() -> None:
    cluster = Cluster()
    cluster.bind("nobody", {"kind": "User", "name": "alice"})
    decision = cluster.authorizer.authorize(ALICE, Attributes("list", "", "pods"))
    assert decision.reason == 'RBAC: clusterrole.rbac.authorization.k8s.io "nobody" not found'


def test_everybody_may_discover_and_nobody_may_look_further() -> None:
    authorizer = Cluster().authorizer
    anonymous = User("system:anonymous", groups=("system:unauthenticated",))
    assert authorizer.authorize(anonymous, Attributes("get", path="/version")).allowed
    assert not authorizer.authorize(anonymous, Attributes("get", path="/api")).allowed
    assert authorizer.authorize(ALICE, Attributes("get", path="/apis/apps/v1")).allowed
    assert not authorizer.authorize(ALICE, Attributes("get", path="/metrics")).allowed


def test_aggregated_roles_follow_the_roles_that_they_are_made_of() -> None:
    cluster = Cluster()
    cluster.bind("view", {"kind": "User", "name": "alice"})
    widgets = {"verbs": ["get"], "apiGroups": ["example.com"], "resources": ["widgets"]}
    wanted = Attributes("get", "example.com", "widgets")
    assert not cluster.authorizer.authorize(ALICE, wanted).allowed
    cluster.role("widgets", widgets, labels={"rbac.authorization.k8s.io/aggregate-to-view": "true"})
    assert cluster.authorizer.authorize(ALICE, wanted).allowed
    admin = cluster.store.collection(CLUSTERROLES).find("", "admin")
    assert admin is not None
    assert widgets in admin["rules"]  # by way of view and edit


def test_nobody_grants_more_than_they_have() -> None:
    cluster = Cluster()
    cluster.bind("view", {"kind": "User", "name": "alice"})
    role = {"metadata": {"name": "r", "namespace": "team"}, "rules": [READ_PODS]}
    check_escalation(cluster.authorizer, ALICE, ROLES, role)
    greedy = {**role, "rules": [{**READ_PODS, "verbs": ["get", "delete", "create"]}]}
    with pytest.raises(ApiError, match="not currently held") as refusal:
        check_escalation(cluster.authorizer, ALICE, ROLES, greedy)
    assert refusal.value.message.endswith('{APIGroups:[""], Resources:["pods"], Verbs:["delete" "create"]}')
    check_escalation(cluster.authorizer, MASTER, ROLES, greedy)
    check_escalation(cluster.authorizer, ALICE, ROLES, greedy, greedy)


def test_who_may_escalate_or_bind_may_grant_anything() -> None:
    cluster = Cluster()
    cluster.role("granter", {"verbs": ["escalate", "bind"], "apiGroups": ["*"], "resources": ["*"]})
    cluster.bind("granter", {"kind": "User", "name": "alice"})
    check_escalation(cluster.authorizer, ALICE, CLUSTERROLES, {"metadata": {"name": "r"}, "rules": [READ_PODS]})
    binding = {"metadata": {"name": "b"}, "roleRef": {"kind": "ClusterRole", "name": "cluster-admin"}}
    check_escalation(cluster.authorizer, ALICE, CLUSTERROLEBINDINGS, binding)


NAMES = st.sampled_from(["a", "b", "*"])
RULES = st.fixed_dictionaries(
    {
        "verbs": st.lists(NAMES, min_size=1, max_size=2),
        "apiGroups": st.lists(NAMES, min_size=1, max_size=2),
        "resources": st.lists(st.sampled_from(["a", "a/x", "*/x", "*"]), min_size=1, max_size=2),
    },
    optional={"resourceNames": st.lists(st.sampled_from(["n", "m"]), max_size=2)},
)


@given(st.lists(RULES, max_size=3))
def test_whoever_has_rules_may_grant_them(rules: list[dict[str, Any]]) -> None:
    assert missing_rules(rules, rules) == []


@given(
    RULES,
    RULES,
    st.sampled_from("ab"),
    st.sampled_from("ab"),
    st.sampled_from(["", "x"]),
    st.sampled_from(["", "n", "m"]),
)
def test_rules_that_are_covered_allow_nothing_more(
    held: dict[str, Any], granted: dict[str, Any], verb: str, group: str, subresource: str, name: str
) -> None:
    wanted = Attributes(verb, group, "a", subresource, name=name)
    if not missing_rules([held], [granted]) and allows(granted, wanted):
        assert allows(held, wanted)


def test_patterns_of_paths_end_with_a_star() -> None:
    assert covers_path("/healthz/*", "/healthz/ping")
    assert not covers_path("/healthz", "/healthz/ping")
    assert covers_path("*", "/anything")
