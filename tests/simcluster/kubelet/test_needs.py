from __future__ import annotations

import pytest

from plimsoll.kube.labels import EXCHANGE_ANNOTATION, ROLE_ANNOTATION
from plimsoll.kube.resources import Object
from plimsoll.simcluster.kubelet.needs import NeedsReader, PodNeeds, read_exchange


def needs(**spec: object) -> PodNeeds:
    return NeedsReader().read({"containers": [{"name": "main"}], "volumes": [], **spec})


def test_secrets_config_maps_and_the_parts_of_projected_volumes_are_mounted_objects() -> None:
    token = {"serviceAccountToken": {"path": "token"}}
    projected = {"sources": [token, {"configMap": {"name": "root-ca"}}, {"secret": {"name": "b"}}, {"downwardAPI": {}}]}
    volumes = [
        {"name": "one", "secret": {"secretName": "a"}},
        {"name": "two", "configMap": {"name": "settings"}},
        {"name": "three", "emptyDir": {}},
        {"name": "four", "projected": projected},
    ]
    wanted = needs(volumes=volumes)

    assert wanted.mounted == (("secrets", "a"), ("configmaps", "settings"), ("configmaps", "root-ca"), ("secrets", "b"))
    assert wanted.token
    assert wanted.volumes == 4


def test_an_object_is_optional_where_every_volume_says_so() -> None:
    volumes = [
        {"name": "one", "secret": {"secretName": "a", "optional": True}},
        {"name": "two", "secret": {"secretName": "b", "optional": True}},
        {"name": "three", "secret": {"secretName": "b"}},
    ]
    assert needs(volumes=volumes).optional == {("secrets", "a")}


def test_an_object_that_is_mounted_and_pulled_with_is_one_reference() -> None:
    wanted = needs(
        volumes=[{"name": "v", "secret": {"secretName": "a"}}], imagePullSecrets=[{"name": "a"}, {"name": "b"}]
    )

    assert wanted.pull_secrets == (("secrets", "a"), ("secrets", "b"))
    assert wanted.references == (("secrets", "a"), ("secrets", "b"))


def test_init_containers_count_as_containers() -> None:
    assert needs(initContainers=[{"name": "before"}]).containers == 2


@pytest.mark.parametrize(("policy", "restarts"), [("Always", True), ("OnFailure", False), ("Never", False)])
def test_only_the_restart_policy_always_restarts_what_has_succeeded(policy: str, *, restarts: bool) -> None:
    assert needs(restartPolicy=policy).restarts is restarts


def test_the_slowest_container_decides_when_a_pod_can_be_ready() -> None:
    quick = {"name": "quick", "readinessProbe": {"periodSeconds": 1}}
    slow = {
        "name": "slow",
        "startupProbe": {"initialDelaySeconds": 5, "periodSeconds": 2},
        "readinessProbe": {"initialDelaySeconds": 3},
    }
    wanted = needs(containers=[quick, slow])

    assert wanted.readiness_delay_seconds == 8
    assert wanted.readiness_period_seconds == 12


def test_pods_of_one_template_share_their_needs() -> None:
    reader = NeedsReader()
    spec: Object = {"containers": [{"name": "main"}], "volumes": []}

    assert reader.read({**spec, "nodeName": "a"}) is reader.read({**spec, "nodeName": "b"})


def test_only_clients_exchange_data() -> None:
    terms = '{"server": "web", "bytesPerSecond": 100000, "seconds": 60}'
    annotations = {ROLE_ANNOTATION: "client", EXCHANGE_ANNOTATION: terms}
    exchange = read_exchange({"metadata": {"annotations": annotations}})

    assert exchange is not None
    assert (exchange.server, exchange.bytes_per_second, exchange.seconds, exchange.total_bytes) == (
        "web",
        1e5,
        60,
        None,
    )
    assert read_exchange({"metadata": {"annotations": {**annotations, ROLE_ANNOTATION: "server"}}}) is None
    assert read_exchange({"metadata": {"annotations": {ROLE_ANNOTATION: "client"}}}) is None
    assert read_exchange({"metadata": {}}) is None
