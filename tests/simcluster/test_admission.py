from __future__ import annotations

import pytest

from plimsoll.errors import ApiError
from plimsoll.kube.resources import SERVICEACCOUNTS, Object
from plimsoll.simcluster.admission import UNREACHABLE, PodAdmission, tolerates_eviction
from plimsoll.simcluster.profile import load_profile
from tests.simcluster.controlplane import ControlPlane, pod_spec

ACCOUNTS = frozenset({"default"})


def admission(profile: str = "kubernetes-1.36") -> PodAdmission:
    loaded = load_profile(profile)
    return PodAdmission(loaded.namespace, token_requests=loaded.kubelet.token_requests)


def admit(spec: Object, profile: str = "kubernetes-1.36") -> Object:
    return admission(profile).admit(spec, ACCOUNTS, "ns")


def test_a_pod_whose_service_account_does_not_exist_yet_is_forbidden() -> None:
    with pytest.raises(ApiError) as refused:
        admission().admit(pod_spec(), frozenset(), "ns")

    assert refused.value.code == 403
    assert refused.value.message == 'error looking up service account ns/default: serviceaccount "default" not found'


def test_a_pod_may_be_created_as_soon_as_its_own_account_is_there() -> None:
    plane = ControlPlane()
    plane.namespace()
    with pytest.raises(ApiError, match="robot"):
        plane.pod("a", serviceAccountName="robot")
    plane.create(SERVICEACCOUNTS, "robot", "ns")

    assert plane.pod("a", serviceAccountName="robot")["spec"]["serviceAccountName"] == "robot"


def test_an_account_that_is_deleted_counts_no_longer() -> None:
    plane = ControlPlane()
    plane.namespace()
    plane.pod("a")
    plane.delete(SERVICEACCOUNTS, "default", "ns")

    with pytest.raises(ApiError, match="not found"):
        plane.pod("b")


def test_upstream_projects_a_token_and_the_root_certificate() -> None:
    spec = admit(pod_spec(volumes=[{"name": "mine", "emptyDir": {}}]))

    assert [volume["name"] for volume in spec["volumes"]] == ["mine", "kube-api-access"]
    sources = spec["volumes"][1]["projected"]["sources"]
    assert sources[0]["serviceAccountToken"]["expirationSeconds"] == 3607
    assert sources[1] == {"configMap": {"name": "kube-root-ca.crt"}}
    assert "imagePullSecrets" not in spec


def test_openshift_mounts_one_token_secret_and_names_one_pull_secret() -> None:
    spec = admit(pod_spec(), "openshift-4.2")

    assert len(spec["volumes"]) == 1
    assert spec["volumes"][0]["secret"]["secretName"].startswith("default-token-")
    assert [secret["name"].startswith("default-dockercfg-") for secret in spec["imagePullSecrets"]] == [True]


def test_a_pod_that_wants_no_token_gets_none() -> None:
    for profile in ("kubernetes-1.36", "openshift-4.2"):
        assert admit(pod_spec(automountServiceAccountToken=False), profile)["volumes"] == []


def test_a_pod_s_own_pull_secrets_are_left_alone() -> None:
    spec = admit(pod_spec(imagePullSecrets=[{"name": "mine"}]), "openshift-4.2")

    assert spec["imagePullSecrets"] == [{"name": "mine"}]


def test_pods_tolerate_a_lost_node_for_five_minutes_unless_they_say_otherwise() -> None:
    spec = admit(pod_spec(tolerations=[{"key": UNREACHABLE, "effect": "NoExecute", "tolerationSeconds": 10}]))

    assert {t["key"]: t["tolerationSeconds"] for t in spec["tolerations"]} == {
        UNREACHABLE: 10,
        "node.kubernetes.io/not-ready": 300,
    }


def test_a_pod_that_tolerates_everything_gets_no_further_tolerations() -> None:
    assert admit(pod_spec(tolerations=[{"operator": "Exists"}]))["tolerations"] == [{"operator": "Exists"}]


@pytest.mark.parametrize(
    ("toleration", "tolerates"),
    [
        ({"operator": "Exists"}, True),
        ({"key": UNREACHABLE}, True),
        ({"key": UNREACHABLE, "effect": "NoExecute"}, True),
        ({"key": UNREACHABLE, "effect": "NoSchedule"}, False),
        ({"key": "other"}, False),
    ],
)
def test_a_toleration_without_key_or_effect_stands_for_any(toleration: Object, tolerates: bool) -> None:  # noqa: FBT001
    assert tolerates_eviction(toleration, UNREACHABLE) is tolerates


def test_one_template_is_completed_once_for_all_namespaces() -> None:
    plug_in = admission()
    spec = pod_spec()

    assert plug_in.admit(spec, ACCOUNTS, "one") is plug_in.admit(spec, ACCOUNTS, "two")
    assert plug_in.admit(spec, ACCOUNTS, "one") is not plug_in.admit(pod_spec(), ACCOUNTS, "one")
    assert "tolerations" not in spec
