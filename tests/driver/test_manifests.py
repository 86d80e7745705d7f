from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from hypothesis import given

from plimsoll.driver.plan import build_plan
from plimsoll.kube.resources import BY_KIND, Object
from plimsoll.kube.selectors import selector_of, selector_of_labels
from plimsoll.scenario.loading import load_scenario, parse_scenario
from plimsoll.scenario.model import Scenario
from tests.strategies import scenarios

Fields = dict[str, Any]

TALKING: list[Fields] = [
    {"kind": "Service", "name": "server", "port": 80},
    {"kind": "Pod", "name": "server", "pod": {"role": "server"}},
    {"kind": "Deployment", "name": "client", "replicas": 2, "pod": {"role": "client", "server": "server"}},
]


def manifests(*objects: Fields, **job: Any) -> list[Object]:
    written = {"cluster": {"nodes": 2}, "load": {"jobs": [{"name": "job", "objects": list(objects), **job}]}}
    return list(build_plan(parse_scenario(json.dumps(written), "f.yaml").scenario, "run-1").manifests())


def only(kind: str, found: list[Object]) -> Object:
    (manifest,) = (each for each in found if each["kind"] == kind)
    return manifest


def pod_spec(pod: Fields, *others: Fields) -> Object:
    spec: Object = only("Pod", manifests(*others, {"kind": "Pod", "name": "it", "pod": pod}))["spec"]
    return spec


def test_a_namespace_has_the_labels_of_the_run_and_its_own() -> None:
    assert manifests(namespaces={"count": 1, "labels": {"team": "a"}})[0] == {
        "apiVersion": "v1",
        "kind": "Namespace",
        "metadata": {
            "name": "job-0",
            "labels": {"plimsoll.dev/run": "run-1", "plimsoll.dev/job": "job", "team": "a"},
        },
    }


def test_a_secret_holds_as_many_bytes_as_asked_for_in_base64() -> None:
    secret = only("Secret", manifests({"kind": "Secret", "dataBytes": 100, "annotations": {"a": "b"}}))

    assert secret["type"] == "Opaque"
    assert len(base64.b64decode(secret["data"]["data"])) == 100
    assert secret["metadata"]["annotations"] == {"a": "b"}


def test_a_config_map_holds_text() -> None:
    assert len(only("ConfigMap", manifests({"kind": "ConfigMap", "dataBytes": 20}))["data"]["data"]) == 20


def test_a_service_selects_the_pods_of_its_group() -> None:
    found = manifests(*TALKING)
    service, server, client = only("Service", found), only("Pod", found), only("Deployment", found)
    selector = selector_of_labels(service["spec"]["selector"])

    assert selector.matches(server["metadata"]["labels"])
    assert not selector.matches(client["spec"]["template"]["metadata"]["labels"])
    assert service["spec"]["ports"] == [{"name": "data", "port": 80}]


def test_a_headless_service_has_no_address_and_an_external_one_has_a_name() -> None:
    headless = only("Service", manifests({"kind": "Service", "headless": True}))
    external = only("Service", manifests({"kind": "Service", "externalName": "example.org"}))

    assert headless["spec"]["clusterIP"] == "None"
    assert external["spec"] == {"type": "ExternalName", "externalName": "example.org"}


def test_a_deployment_selects_its_own_pods_and_no_others() -> None:
    found = [
        each for each in manifests({"kind": "Deployment", "name": "web", "count": 2}) if each["kind"] == "Deployment"
    ]
    labels = [each["spec"]["template"]["metadata"]["labels"] for each in found]
    selectors = [selector_of(each["spec"]["selector"]) for each in found]

    assert [[selector.matches(each) for each in labels] for selector in selectors] == [[True, False], [False, True]]


def test_copies_talk_among_themselves() -> None:
    found = manifests(*TALKING, copies=2, exchange={"bytesPerSecond": "100kB", "seconds": 60})
    services = [each for each in found if each["kind"] == "Service"]
    servers = [each for each in found if each["kind"] == "Pod"]
    clients = [each["spec"]["template"]["metadata"] for each in found if each["kind"] == "Deployment"]

    for service, server, client in zip(services, servers, clients, strict=True):
        matched = [
            each
            for each in servers
            if selector_of_labels(service["spec"]["selector"]).matches(each["metadata"]["labels"])
        ]
        assert matched == [server]
        assert json.loads(client["annotations"]["plimsoll.dev/exchange"])["server"] == service["metadata"]["name"]


def test_a_client_is_told_what_to_exchange() -> None:
    exchange = {"bytesPerSecond": "100kB", "seconds": 28800, "bytes": "10MB"}
    client = only("Deployment", manifests(*TALKING, exchange=exchange))["spec"]["template"]["metadata"]

    assert client["annotations"]["plimsoll.dev/role"] == "client"
    assert json.loads(client["annotations"]["plimsoll.dev/exchange"]) == {
        "server": "server",
        "bytesPerSecond": 100_000,
        "seconds": 28_800,
        "bytes": 10_000_000,
        "messageBytes": 32_768,
    }


def test_an_exchange_without_a_rate_has_that_of_the_nodes_network() -> None:
    client = only("Deployment", manifests(*TALKING, exchange={"seconds": 60}))["spec"]["template"]["metadata"]

    assert json.loads(client["annotations"]["plimsoll.dev/exchange"])["bytesPerSecond"] == 1_250_000_000


@pytest.mark.parametrize(
    ("wish", "mounted"),
    [("all", ["secret-0", "secret-1"]), (1, ["secret-0"]), (0, []), (["secret-1"], ["secret-1"])],
)
def test_secrets_are_mounted_in_every_container(wish: object, mounted: list[str]) -> None:
    spec = pod_spec({"secrets": wish, "containers": 2}, {"kind": "Secret", "count": 2})
    volumes = {volume["name"]: volume["secret"]["secretName"] for volume in spec.get("volumes", [])}

    for container in spec["containers"]:
        assert [volumes[mount["name"]] for mount in container.get("volumeMounts", [])] == mounted


def test_config_maps_are_mounted_too() -> None:
    assert pod_spec({"configMaps": "all"}, {"kind": "ConfigMap"})["volumes"] == [
        {"name": "config-map-0", "configMap": {"name": "configmap"}}
    ]


def test_a_plain_pod_says_nothing_that_it_need_not() -> None:
    assert pod_spec({}) == {
        "containers": [{"name": "pause", "image": "registry.k8s.io/pause:3.10"}],
        "terminationGracePeriodSeconds": 30,
    }


def test_a_pod_carries_all_that_a_scenario_can_say() -> None:
    spec = pod_spec({
        "requests": {"cpu": 0.5, "memory": "64Mi"},
        "limits": {"cpu": 1},
        "imagePullSecrets": ["pull"],
        "serviceAccountToken": False,
        "probes": {"readiness": {"periodSeconds": 5}},
        "nodeSelector": {"zone": "a"},
        "nodeName": "worker-0",
        "topologySpread": {"maxSkew": 2},
        "tolerations": [{"key": "a", "operator": "Exists"}],
        "terminationGracePeriodSeconds": "1m",
    })  # fmt: skip

    assert spec["containers"][0]["resources"] == {"requests": {"cpu": "500m", "memory": "64Mi"}, "limits": {"cpu": "1"}}
    assert spec["containers"][0]["readinessProbe"]["exec"] == {"command": ["/pause", "-v"]}
    assert spec["imagePullSecrets"] == [{"name": "pull"}]
    assert spec["automountServiceAccountToken"] is False
    assert spec["nodeSelector"] == {"zone": "a"}
    assert spec["nodeName"] == "worker-0"
    assert spec["topologySpreadConstraints"][0]["maxSkew"] == 2
    assert spec["tolerations"] == [{"key": "a", "operator": "Exists"}]
    assert spec["terminationGracePeriodSeconds"] == 60


def test_pods_keep_away_from_their_group_from_another_or_from_all() -> None:
    other = {"kind": "Deployment", "name": "other"}

    def term(**wish: object) -> Object:
        affinity = pod_spec({"antiAffinity": wish}, other)["affinity"]["podAntiAffinity"]
        found: Object = affinity["requiredDuringSchedulingIgnoredDuringExecution"][0]
        return found

    assert term()["labelSelector"]["matchLabels"] == {"plimsoll.dev/run": "run-1", "app": "it"}
    assert term(of="other")["labelSelector"]["matchLabels"]["app"] == "other"
    assert term(of="*")["labelSelector"]["matchLabels"] == {"plimsoll.dev/run": "run-1"}
    assert term(of="*")["namespaceSelector"] == {}


def test_preferred_anti_affinity_has_a_weight() -> None:
    affinity = pod_spec({"antiAffinity": {"mode": "preferred"}})["affinity"]["podAntiAffinity"]

    assert affinity["preferredDuringSchedulingIgnoredDuringExecution"][0]["weight"] == 100


def test_all_namespaces_share_what_they_have_in_common() -> None:
    found = manifests({"kind": "Secret"}, {"kind": "Deployment", "name": "web"}, namespaces=2)
    first, second = (each for each in found if each["kind"] == "Deployment")
    secrets = [each for each in found if each["kind"] == "Secret"]

    assert first["spec"] is second["spec"]
    assert secrets[0]["data"] is secrets[1]["data"]
    assert first["metadata"]["labels"] is second["metadata"]["labels"]


def test_copies_that_do_not_differ_in_it_share_their_spec() -> None:
    found = [each for each in manifests({"kind": "Pod"}, copies=3) if each["kind"] == "Pod"]

    assert len({id(each["spec"]) for each in found}) == 1


@given(scenarios())
def test_every_manifest_is_an_object_that_an_api_server_accepts(scenario: Scenario) -> None:
    for manifest in build_plan(scenario, "r").manifests():
        resource = BY_KIND[manifest["kind"]]
        metadata = manifest["metadata"]

        assert manifest["apiVersion"] == resource.api_version
        assert ("namespace" in metadata) == resource.namespaced
        assert metadata["labels"]["plimsoll.dev/run"] == "r"
        assert json.loads(json.dumps(manifest)) == manifest
        if "template" in manifest.get("spec", {}):
            labels = manifest["spec"]["template"]["metadata"]["labels"]
            assert selector_of(manifest["spec"]["selector"]).matches(labels)


@pytest.mark.parametrize(
    "name", ["quickstart", "openshift/500-pods-per-node", "calibration/cache-5-10-own-namespaces-150"]
)
def test_a_manifest_of_the_gallery_is_made_of_plain_json(name: str) -> None:
    for manifest in list(build_plan(load_scenario(name).scenario, "r").manifests())[-20:]:
        assert json.loads(json.dumps(manifest)) == manifest
