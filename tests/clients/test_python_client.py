"""The official Python client: typed, dynamic, watching, electing a leader, applying files."""

from __future__ import annotations

import json
import logging
import threading
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from kubernetes import client, config, dynamic, utils, watch
from kubernetes.client.exceptions import ApiException
from kubernetes.leaderelection import electionconfig, leaderelection
from kubernetes.leaderelection.resourcelock.leaselock import LeaseLock

from tests.clients.servers import Started
from tests.clients.waiting import eventually

pytestmark = pytest.mark.slow

MANIFEST = """
apiVersion: v1
kind: ConfigMap
metadata: {name: settings}
data: {a: "1"}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  replicas: 2
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec: {containers: [{name: web, image: "registry.example/web:1"}]}
"""

DEFINITION: dict[str, Any] = {
    "apiVersion": "apiextensions.k8s.io/v1",
    "kind": "CustomResourceDefinition",
    "metadata": {"name": "gadgets.python.example.com"},
    "spec": {
        "group": "python.example.com",
        "scope": "Namespaced",
        "names": {"plural": "gadgets", "kind": "Gadget"},
        "versions": [
            {
                "name": "v1",
                "served": True,
                "storage": True,
                "subresources": {"status": {}},
                "schema": {"openAPIV3Schema": {"type": "object", "x-kubernetes-preserve-unknown-fields": True}},
            }
        ],
    },
}


@pytest.fixture
def api(server: Started) -> Any:
    with config.new_client_from_config(str(server.kubeconfig)) as made:
        yield made


@pytest.fixture
def namespace(api: Any) -> Any:
    name = f"python-{uuid4().hex[:8]}"
    core = client.CoreV1Api(api)
    core.create_namespace(client.V1Namespace(metadata=client.V1ObjectMeta(name=name)))
    yield name
    core.delete_namespace(name)


def a_pod(name: str) -> Any:
    container = client.V1Container(name="box", image="registry.example/box:1")
    return client.V1Pod(metadata=client.V1ObjectMeta(name=name), spec=client.V1PodSpec(containers=[container]))


def test_typed_objects_are_created_read_patched_replaced_and_deleted(api: Any, namespace: str) -> None:
    core = client.CoreV1Api(api)
    made = core.create_namespaced_config_map(
        namespace, client.V1ConfigMap(metadata=client.V1ObjectMeta(name="settings"), data={"a": "1"})
    )
    core.patch_namespaced_config_map("settings", namespace, {"data": {"b": "2"}})

    with pytest.raises(ApiException) as conflict:
        core.replace_namespaced_config_map("settings", namespace, made)
    assert (conflict.value.status, conflict.value.reason) == (409, "Conflict")

    read = core.read_namespaced_config_map("settings", namespace)
    read.data["a"] = "3"
    core.replace_namespaced_config_map("settings", namespace, read)
    assert core.read_namespaced_config_map("settings", namespace).data == {"a": "3", "b": "2"}
    core.delete_namespaced_config_map("settings", namespace)
    with pytest.raises(ApiException) as missing:
        core.read_namespaced_config_map("settings", namespace)
    assert missing.value.status == 404


def test_a_watch_goes_on_where_a_list_ended(api: Any, namespace: str) -> None:
    core = client.CoreV1Api(api)
    core.create_namespaced_pod(namespace, a_pod("before"))
    revision = core.list_namespaced_pod(namespace).metadata.resource_version
    core.create_namespaced_pod(namespace, a_pod("after"))
    seen: list[tuple[str, str]] = []

    for event in watch.Watch().stream(
        core.list_namespaced_pod, namespace, resource_version=revision, timeout_seconds=30
    ):
        pod = event["object"]
        seen.append((event["type"], pod.metadata.name))
        if pod.metadata.name == "after" and pod.status.phase == "Running":
            break

    assert ("ADDED", "after") in seen
    assert ("ADDED", "before") not in seen


def test_a_watch_from_a_revision_that_is_forgotten_is_told_so(api: Any, namespace: str) -> None:
    core = client.CoreV1Api(api)
    with pytest.raises(ApiException) as gone:
        list(watch.Watch().stream(core.list_namespaced_pod, namespace, resource_version="1", timeout_seconds=30))
    assert gone.value.status == 410


def test_the_dynamic_client_finds_kinds_by_discovery(api: Any, namespace: str) -> None:
    found = dynamic.DynamicClient(api)
    definitions = found.resources.get(api_version="apiextensions.k8s.io/v1", kind="CustomResourceDefinition")
    definitions.create(body=DEFINITION)
    eventually(lambda: definitions.get(name="gadgets.python.example.com").to_dict().get("status", {}).get("conditions"))
    found.resources.invalidate_cache()
    gadgets = eventually(lambda: found.resources.search(api_version="python.example.com/v1", kind="Gadget"))[0]
    body = {"apiVersion": "python.example.com/v1", "kind": "Gadget", "metadata": {"name": "g"}, "spec": {"size": 1}}

    gadgets.create(body=body, namespace=namespace)
    gadgets.status.patch(
        name="g",
        namespace=namespace,
        body={"status": {"ready": True}},
        content_type="application/merge-patch+json",
    )
    gadgets.server_side_apply(
        name="g", namespace=namespace, field_manager="test", force_conflicts=True, body={**body, "spec": {"size": 2}}
    )

    gadget = gadgets.get(name="g", namespace=namespace)
    assert (gadget.spec.size, gadget.status.ready) == (2, True)
    definitions.delete(name="gadgets.python.example.com")


def test_a_file_of_several_documents_is_created(api: Any, namespace: str, tmp_path: Path) -> None:
    file = tmp_path / "all.yaml"
    file.write_text(MANIFEST, encoding="utf-8")

    utils.create_from_yaml(api, str(file), namespace=namespace)

    apps = client.AppsV1Api(api)
    eventually(lambda: apps.read_namespaced_deployment_status("web", namespace).status.ready_replicas == 2)
    with pytest.raises(utils.FailToCreateError, match="already exists"):
        utils.create_from_yaml(api, str(file), namespace=namespace)


def test_who_may_not_is_told_so(server: Started, namespace: str) -> None:
    with config.new_client_from_config(str(server.kubeconfig)) as nobody:
        nobody.set_default_header("Impersonate-User", "nobody")
        with pytest.raises(ApiException) as refusal:
            client.CoreV1Api(nobody).list_namespaced_secret(namespace)
    assert refusal.value.status == 403
    assert 'User "nobody" cannot list resource "secrets"' in json.loads(refusal.value.body)["message"]


class Candidate:
    """Leads until it is told to fail."""

    def __init__(self, name: str, namespace: str) -> None:
        self.leads = threading.Event()
        self.fails = threading.Event()
        self.stopped = threading.Event()
        lock = LeaseLock("leader", namespace, name)
        settings = electionconfig.Config(lock, 4, 3, 1, self._lead, self.stopped.set)
        self.thread = threading.Thread(target=leaderelection.LeaderElection(settings).run, daemon=True)
        self.thread.start()

    def _lead(self) -> None:
        self.leads.set()
        self.fails.wait()
        raise RuntimeError("the leader fails, as it was told to")


def test_a_leader_is_elected_and_followed_by_another(
    server: Started, api: Any, namespace: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.CRITICAL, logger="leaderelection")
    config.load_kube_config(str(server.kubeconfig))
    first = Candidate("first", namespace)
    assert first.leads.wait(30)
    second = Candidate("second", namespace)
    assert client.CoordinationV1Api(api).read_namespaced_lease("leader", namespace).spec.holder_identity == "first"
    assert not second.leads.is_set()

    first.fails.set()

    assert second.leads.wait(30)
    assert first.stopped.is_set()
    second.fails.set()
    second.thread.join(30)
