from __future__ import annotations

import copy
from typing import Any

import pytest

from plimsoll.apimachinery.preparation import (
    default_tolerations,
    prepare_create,
    prepare_update,
    quality_of_service,
    record_requester,
    set_priority,
    taint_new_node,
)
from plimsoll.kube.resources import (
    CONFIGMAPS,
    DEPLOYMENTS,
    NAMESPACES,
    NODES,
    PODS,
    SECRETS,
    SERVICES,
    Object,
    Resource,
)

NOW = "2024-01-01T00:00:00Z"
DAEMON_SETS = Resource("apps", "v1", "daemonsets", "DaemonSet")
JOBS = Resource("batch", "v1", "jobs", "Job")
VOLUMES = Resource("", "v1", "persistentvolumes", "PersistentVolume", namespaced=False)
CLAIMS = Resource("", "v1", "persistentvolumeclaims", "PersistentVolumeClaim")
SLICES = Resource("discovery.k8s.io", "v1", "endpointslices", "EndpointSlice")
REQUESTS = Resource(
    "certificates.k8s.io", "v1", "certificatesigningrequests", "CertificateSigningRequest", namespaced=False
)


def created(resource: Resource, **parts: Any) -> Object:
    new: Object = {"metadata": {"name": "a", "uid": "u"}, **parts}
    prepare_create(resource, new, now=NOW)
    return new


def changed(resource: Resource, old: Object, subresource: str = "", **parts: Any) -> Object:
    new = {**copy.deepcopy(old), **parts}
    before = copy.deepcopy(old)
    prepare_update(resource, new, old, subresource)
    assert old == before
    return new


def container(**resources: Any) -> Object:
    return {"name": "a", "resources": resources}


@pytest.mark.parametrize(
    ("containers", "expected"),
    [
        ([container()], "BestEffort"),
        ([container(requests={"cpu": "0"})], "BestEffort"),
        ([container(requests={"cpu": "1"})], "Burstable"),
        ([container(limits={"cpu": "1"}, requests={"cpu": "1"})], "Burstable"),
        (
            [container(limits={"cpu": "1", "memory": "1Gi"}, requests={"cpu": "1000m", "memory": "1024Mi"})],
            "Guaranteed",
        ),
        (
            [container(limits={"cpu": "1", "memory": "1Gi"}, requests={"cpu": "1", "memory": "1Gi"}), container()],
            "Burstable",
        ),
        ([container(requests={"example.com/gpu": "1"})], "BestEffort"),
    ],
)
def test_the_quality_of_service_follows_from_requests_and_limits(containers: list[Object], expected: str) -> None:
    assert quality_of_service({"containers": containers}) == expected


def test_a_new_pod_is_pending_whatever_its_status_said() -> None:
    pod = created(PODS, spec={"containers": []}, status={"phase": "Running", "podIP": "10.0.0.1"})
    assert pod["status"] == {"phase": "Pending", "qosClass": "BestEffort"}
    assert pod["metadata"]["generation"] == 1


def test_a_pod_behind_a_gate_says_so() -> None:
    pod = created(PODS, spec={"containers": [], "schedulingGates": [{"name": "a"}]})
    assert pod["status"]["conditions"][0]["reason"] == "SchedulingGated"
    assert pod["status"]["conditions"][0]["lastTransitionTime"] == NOW


def test_label_keys_become_conditions_on_the_pod_s_own_labels() -> None:
    spec = {"topologySpreadConstraints": [{"matchLabelKeys": ["hash", "none"], "labelSelector": {}}]}
    pod: Object = {"metadata": {"name": "a", "labels": {"hash": "1"}}, "spec": spec}
    prepare_create(PODS, pod, now=NOW)
    selector = pod["spec"]["topologySpreadConstraints"][0]["labelSelector"]
    assert selector == {"matchExpressions": [{"key": "hash", "operator": "In", "values": ["1"]}]}


def test_a_write_changes_either_the_specification_or_the_status() -> None:
    old = {"metadata": {"name": "a", "generation": 4}, "spec": {"replicas": 1}, "status": {"replicas": 1}}
    new = changed(DEPLOYMENTS, old, spec={"replicas": 2}, status={"replicas": 7})
    assert (new["spec"], new["status"]) == ({"replicas": 2}, {"replicas": 1})
    assert new["metadata"]["generation"] == 5
    reported = changed(DEPLOYMENTS, old, "status", spec={"replicas": 2}, status={"replicas": 7})
    assert (reported["spec"], reported["status"]) == ({"replicas": 1}, {"replicas": 7})
    assert reported["metadata"]["generation"] == 4


def test_annotations_of_deployments_count_as_a_change_and_those_of_config_maps_do_not() -> None:
    old = {"metadata": {"name": "a", "generation": 1}, "spec": {}}
    noted = {"name": "a", "generation": 1, "annotations": {"a": "b"}}
    assert changed(DEPLOYMENTS, old, metadata=noted)["metadata"]["generation"] == 2
    assert "generation" not in created(CONFIGMAPS)["metadata"]


def test_labels_of_endpoint_slices_count_as_a_change() -> None:
    old = {"metadata": {"name": "a", "generation": 1}, "endpoints": []}
    labelled = {"name": "a", "generation": 1, "labels": {"a": "b"}}
    assert changed(SLICES, old, metadata=labelled)["metadata"]["generation"] == 2


def test_a_status_says_nothing_of_owners_and_keeps_what_old_writers_do_not_know() -> None:
    condition = {"type": "Ready", "status": "False", "observedGeneration": 3}
    old = {
        "metadata": {"name": "a", "ownerReferences": [{"uid": "1"}]},
        "spec": {},
        "status": {"qosClass": "Burstable", "conditions": [condition]},
    }
    status = {"phase": "Running", "conditions": [{"type": "Ready", "status": "True"}]}
    new = changed(PODS, old, "status", metadata={"name": "a"}, status=status)
    assert new["metadata"]["ownerReferences"] == [{"uid": "1"}]
    assert new["status"]["qosClass"] == "Burstable"
    assert new["status"]["conditions"][0]["observedGeneration"] == 3


def test_debugging_containers_are_all_that_their_subresource_changes() -> None:
    old = {"metadata": {"name": "a", "generation": 1}, "spec": {"containers": [{"name": "a"}]}, "status": {}}
    spec = {"containers": [], "ephemeralContainers": [{"name": "debug"}]}
    new = changed(PODS, old, "ephemeralcontainers", spec=spec)
    assert new["spec"] == {"containers": [{"name": "a"}], "ephemeralContainers": [{"name": "debug"}]}
    assert new["metadata"]["generation"] == 2


def test_resizing_changes_resources_only() -> None:
    old = {
        "metadata": {"name": "a", "generation": 1},
        "spec": {"containers": [{"name": "a", "image": "x"}]},
        "status": {},
    }
    resized = {"name": "a", "image": "y", "resources": {"requests": {"cpu": "2"}}}
    new = changed(PODS, old, "resize", spec={"containers": [resized]})
    assert new["spec"]["containers"] == [{"name": "a", "image": "x", "resources": {"requests": {"cpu": "2"}}}]


def test_texts_of_a_secret_become_its_data() -> None:
    secret = created(SECRETS, data={"a": "eA=="}, stringData={"a": "new", "b": "c"})
    assert secret["data"] == {"a": "bmV3", "b": "Yw=="}
    assert "stringData" not in secret
    assert changed(SECRETS, {"metadata": {}, "type": "Opaque"}, type="")["type"] == "Opaque"


def test_a_namespace_is_held_by_its_finalizer_and_always_labelled() -> None:
    namespace = created(NAMESPACES, spec={"finalizers": ["example.com/x"]})
    assert namespace["spec"] == {"finalizers": ["example.com/x", "kubernetes"]}
    new = changed(NAMESPACES, namespace, metadata={"name": "a", "labels": {}}, spec={"finalizers": []})
    assert new["spec"] == namespace["spec"]
    assert new["metadata"]["labels"] == {"kubernetes.io/metadata.name": "a"}
    finalized = changed(NAMESPACES, namespace, "finalize", spec={"finalizers": []})
    assert finalized["spec"] == {"finalizers": []}


def test_volumes_and_claims_are_protected_and_pending() -> None:
    assert created(CLAIMS)["metadata"]["finalizers"] == ["kubernetes.io/pvc-protection"]
    volume = created(VOLUMES)
    assert volume["metadata"]["finalizers"] == ["kubernetes.io/pv-protection"]
    assert volume["status"] == {"phase": "Pending", "lastPhaseTransitionTime": NOW}


def test_a_claim_says_the_same_in_both_of_its_sources() -> None:
    source = {"kind": "PersistentVolumeClaim", "name": "b"}
    assert created(CLAIMS, spec={"dataSource": source})["spec"]["dataSourceRef"] == source
    assert created(CLAIMS, spec={"dataSourceRef": source})["spec"]["dataSource"] == source


def test_a_job_selects_its_pods_by_its_uid() -> None:
    job = created(JOBS, spec={"template": {"metadata": {"labels": {"app": "x"}}, "spec": {}}})
    expected = {"batch.kubernetes.io/controller-uid": "u"}
    assert job["spec"]["selector"]["matchLabels"] == expected
    labels = job["spec"]["template"]["metadata"]["labels"]
    assert labels == {
        "app": "x",
        "controller-uid": "u",
        "batch.kubernetes.io/controller-uid": "u",
        "job-name": "a",
        "batch.kubernetes.io/job-name": "a",
    }
    assert job["metadata"]["labels"] == labels
    manual = created(JOBS, spec={"manualSelector": True, "template": {}})
    assert "selector" not in manual["spec"]


def test_a_daemon_set_counts_its_templates() -> None:
    key = "deprecated.daemonset.template.generation"
    first = created(DAEMON_SETS, spec={"template": {"spec": {}}})
    assert first["metadata"]["annotations"] == {key: "1"}
    second = changed(DAEMON_SETS, first, spec={"template": {"spec": {"nodeName": "n"}}})
    assert second["metadata"]["annotations"] == {key: "2"}


def test_a_service_keeps_what_was_allocated_to_it() -> None:
    old = {
        "metadata": {"name": "s"},
        "spec": {
            "type": "NodePort",
            "clusterIP": "10.96.0.1",
            "clusterIPs": ["10.96.0.1"],
            "externalTrafficPolicy": "Cluster",
            "ports": [{"name": "a", "port": 80, "nodePort": 30080}],
        },
        "status": {"loadBalancer": {}},
    }
    again = changed(SERVICES, old, spec={"type": "NodePort", "ports": [{"name": "a", "port": 81}]})["spec"]
    assert again["clusterIPs"] == ["10.96.0.1"]
    assert again["ports"] == [{"name": "a", "port": 81, "nodePort": 30080}]
    internal = changed(SERVICES, old, spec={**old["spec"], "type": "ClusterIP"})["spec"]  # type: ignore[dict-item]
    assert internal["ports"] == [{"name": "a", "port": 80}]
    assert "externalTrafficPolicy" not in internal
    external = changed(SERVICES, old, spec={**old["spec"], "type": "ExternalName"})["spec"]  # type: ignore[dict-item]
    assert "clusterIP" not in external


def test_who_signs_cannot_approve() -> None:
    approved = {"type": "Approved", "status": "True"}
    old = {"metadata": {"name": "r"}, "spec": {"request": "x"}, "status": {"conditions": [approved]}}
    signed = changed(REQUESTS, old, "status", status={"certificate": "c", "conditions": [{"type": "Denied"}]})
    assert signed["status"] == {"certificate": "c", "conditions": [approved]}
    denied = changed(
        REQUESTS, old, "approval", spec={}, status={"certificate": "c", "conditions": [{"type": "Denied"}]}
    )
    assert denied["status"] == {"conditions": [{"type": "Denied"}]}
    assert denied["spec"] == {"request": "x"}


def test_a_certificate_request_says_who_asked_whatever_its_writer_said() -> None:
    request: Object = {"spec": {"request": "x", "username": "root", "groups": ["system:masters"]}}
    record_requester(request, "alice", "", ["users"], {})
    assert request["spec"] == {"request": "x", "username": "alice", "groups": ["users"]}


def test_admission_adds_tolerations_priority_and_the_taint_of_new_nodes() -> None:
    spec: Object = {"tolerations": [{"operator": "Exists", "key": "node.kubernetes.io/not-ready"}]}
    default_tolerations(spec)
    assert [one["key"] for one in spec["tolerations"]] == [
        "node.kubernetes.io/not-ready",
        "node.kubernetes.io/unreachable",
    ]
    everything: Object = {"tolerations": [{"operator": "Exists"}]}
    default_tolerations(everything)
    assert everything["tolerations"] == [{"operator": "Exists"}]
    set_priority(spec, 1000, class_name="high")
    assert (spec["priority"], spec["preemptionPolicy"]) == (1000, "PreemptLowerPriority")
    node = created(NODES, spec={}, status={"capacity": {"cpu": "1"}})
    taint_new_node(node)
    taint_new_node(node)
    assert node["spec"]["taints"] == [{"key": "node.kubernetes.io/not-ready", "effect": "NoSchedule"}]
    assert node["status"] == {"capacity": {"cpu": "1"}}
