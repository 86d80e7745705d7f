from __future__ import annotations

from collections import Counter

import pytest

from plimsoll.kube.resources import CONFIGMAPS, NAMESPACES, ROLEBINDINGS, SECRETS, SERVICEACCOUNTS
from plimsoll.simcluster.store import StoredChange
from tests.simcluster.controlplane import ControlPlane

CLIENTS = ("serviceaccount-controller", "token-controller", "dockercfg-controller", "namespace-defaults-controller")


def filled(profile: str, namespaces: int = 1) -> ControlPlane:
    plane = ControlPlane("contents", profile=profile)
    for index in range(namespaces):
        plane.create(NAMESPACES, f"ns-{index}")
    plane.rest()
    return plane


def writes(plane: ControlPlane) -> int:
    return sum(plane.requests(client) for client in CLIENTS)


def test_upstream_a_namespace_gets_one_account_and_the_root_certificate() -> None:
    plane = filled("kubernetes-1.36")

    assert [value["metadata"]["name"] for value in plane.collection(SERVICEACCOUNTS)] == ["default"]
    assert [value["metadata"]["name"] for value in plane.collection(CONFIGMAPS)] == ["kube-root-ca.crt"]
    assert len(plane.collection(SECRETS)) == len(plane.collection(ROLEBINDINGS)) == 0
    assert writes(plane) == 2


@pytest.mark.parametrize("profile", ["openshift-4.2", "openshift-4.3"])
def test_on_openshift_a_namespace_gets_three_accounts_and_nine_secrets_in_25_to_30_writes(profile: str) -> None:
    plane = filled(profile)
    types = Counter(secret["type"] for secret in plane.collection(SECRETS))

    assert {value["metadata"]["name"] for value in plane.collection(SERVICEACCOUNTS)} == {
        "default",
        "builder",
        "deployer",
    }
    assert types == {"kubernetes.io/service-account-token": 6, "kubernetes.io/dockercfg": 3}
    assert len(plane.collection(ROLEBINDINGS)) == 3
    assert 25 <= writes(plane) <= 30


def test_every_namespace_gets_them() -> None:
    plane = filled("openshift-4.2", namespaces=40)

    assert len(plane.collection(SECRETS)) == 40 * 9
    assert all(len(plane.collection(SERVICEACCOUNTS).in_namespace(f"ns-{index}")) == 3 for index in range(40))


def test_accounts_name_their_secrets_and_secrets_their_account() -> None:
    plane = filled("openshift-4.2")
    account = plane.get(SERVICEACCOUNTS, "builder", "ns-0")
    named = {reference["name"] for reference in account["secrets"]}
    pulls = {reference["name"] for reference in account["imagePullSecrets"]}
    owned = {
        secret["metadata"]["name"]
        for secret in plane.collection(SECRETS)
        if secret["metadata"]["annotations"]["kubernetes.io/service-account.name"] == "builder"
    }

    assert named == owned
    assert len(named) == 3
    assert len(pulls) == 1
    assert pulls < named


def test_a_pod_needs_only_secrets_that_its_namespace_has() -> None:
    plane = filled("openshift-4.2")
    spec = plane.pod("a", "ns-0")["spec"]
    names = {spec["volumes"][0]["secret"]["secretName"], spec["imagePullSecrets"][0]["name"]}

    assert names <= {secret["metadata"]["name"] for secret in plane.collection(SECRETS)}


def test_the_account_comes_a_moment_after_its_namespace_and_the_secrets_after_the_account() -> None:
    plane = ControlPlane("contents", profile="openshift-4.2")
    came: dict[str, float] = {}

    def note(change: StoredChange) -> None:
        came.setdefault(change.object["kind"], plane.kernel.now)

    for resource in (NAMESPACES, SERVICEACCOUNTS, SECRETS):
        plane.collection(resource).watchers.append(note)
    plane.create(NAMESPACES, "ns")
    plane.rest()

    assert came["Namespace"] < came["ServiceAccount"] < came["Secret"]


def test_an_account_that_a_user_made_first_is_kept() -> None:
    plane = ControlPlane("contents")
    plane.namespace()
    mine = plane.create(CONFIGMAPS, "kube-root-ca.crt", "ns", data={"mine": "yes"})
    account = plane.get(SERVICEACCOUNTS, "default", "ns")
    plane.rest()

    assert plane.get(CONFIGMAPS, "kube-root-ca.crt", "ns") is mine
    assert plane.get(SERVICEACCOUNTS, "default", "ns") is account


def test_a_namespace_deleted_at_once_gets_nothing_and_troubles_nobody() -> None:
    plane = ControlPlane("contents", profile="openshift-4.2")
    plane.create(NAMESPACES, "ns")
    plane.delete(NAMESPACES, "ns")
    plane.rest()

    assert len(plane.collection(SERVICEACCOUNTS)) == 0


def test_while_the_controller_manager_is_down_namespaces_wait() -> None:
    plane = ControlPlane("contents")
    plane.contents.queue.pause()
    plane.create(NAMESPACES, "ns")
    plane.run(10)
    before = len(plane.collection(SERVICEACCOUNTS))
    plane.contents.queue.resume()
    plane.rest()

    assert (before, len(plane.collection(SERVICEACCOUNTS))) == (0, 1)
