from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plimsoll.errors import ApiError
from plimsoll.kube.resources import (
    CONFIGMAPS,
    DEPLOYMENTS,
    NAMESPACES,
    PODS,
    REPLICASETS,
    SECRETS,
    SERVICEACCOUNTS,
    Object,
    Resource,
)
from plimsoll.simcluster.api import NamespaceTerminatingError, creation_order, is_bound, is_ready
from tests.simcluster.controlplane import ControlPlane, pod_spec, workload_spec


def plane_with_namespace() -> ControlPlane:
    plane = ControlPlane()
    plane.namespace()
    return plane


def refusal(call: object, *args: object) -> ApiError:
    assert callable(call)
    with pytest.raises(ApiError) as refused:
        call(*args)
    return refused.value


# --- creation


def test_a_created_object_has_an_identity_and_a_date() -> None:
    plane = plane_with_namespace()
    plane.run(61)
    secret = plane.create(SECRETS, "a", "ns", data={"key": "value"})

    assert (secret["apiVersion"], secret["kind"]) == ("v1", "Secret")
    assert secret["metadata"]["namespace"] == "ns"
    assert secret["metadata"]["creationTimestamp"] == "2020-01-01T00:01:02Z"
    assert secret["metadata"]["uid"] != plane.create(SECRETS, "b", "ns")["metadata"]["uid"]


def test_creation_leaves_the_caller_s_object_alone_and_shares_its_parts() -> None:
    plane = plane_with_namespace()
    body: Object = {"metadata": {"name": "a"}, "data": {"key": "value"}}
    stored = plane.api.create(plane.collection(SECRETS), "ns", body)

    assert body == {"metadata": {"name": "a"}, "data": {"key": "value"}}
    assert stored["data"] is body["data"]


def test_names_are_generated_where_only_a_prefix_is_given() -> None:
    plane = plane_with_namespace()
    names = {
        plane.api.create(plane.pods, "ns", {"metadata": {"generateName": "web-"}, "spec": pod_spec()})["metadata"][
            "name"
        ]
        for _ in range(100)
    }

    assert len(names) == 100
    assert all(name.startswith("web-") and len(name) == len("web-") + 5 for name in names)


def test_an_object_without_any_name_is_invalid() -> None:
    plane = plane_with_namespace()
    error = refusal(plane.api.create, plane.collection(SECRETS), "ns", {"metadata": {}})

    assert error.code == 422
    assert "metadata.name: Required value" in error.message


def test_nothing_can_be_created_in_a_namespace_that_does_not_exist() -> None:
    error = refusal(ControlPlane().create, SECRETS, "a", "nowhere")

    assert (error.code, error.message) == (404, 'namespaces "nowhere" not found')


def test_a_second_object_of_a_name_is_refused_and_changes_nothing() -> None:
    plane = plane_with_namespace()
    first = plane.create(SECRETS, "a", "ns")
    error = refusal(plane.create, SECRETS, "a", "ns")

    assert (error.code, error.reason) == (409, "AlreadyExists")
    assert plane.get(SECRETS, "a", "ns") is first


def test_objects_are_numbered_in_the_order_of_their_creation() -> None:
    plane = plane_with_namespace()
    pods = [plane.pod(f"pod-{index}") for index in range(20)]

    assert [creation_order(pod) for pod in pods] == sorted({creation_order(pod) for pod in pods})


def test_a_namespace_is_active_and_held_by_a_finalizer() -> None:
    namespace = ControlPlane().create(NAMESPACES, "ns", status={"phase": "Odd"})

    assert namespace["status"] == {"phase": "Active"}
    assert namespace["spec"] == {"finalizers": ["kubernetes"]}
    assert "namespace" not in namespace["metadata"]


def test_a_deployment_gets_the_defaults_that_controllers_rely_on() -> None:
    plane = plane_with_namespace()
    spec = workload_spec("web", 1)
    del spec["replicas"]
    deployment = plane.create(DEPLOYMENTS, "web", "ns", spec=spec)

    assert deployment["spec"]["replicas"] == 1
    assert deployment["metadata"]["generation"] == 1
    assert deployment["status"] == {}
    assert "replicas" not in spec


def test_a_pod_begins_pending_whatever_its_manifest_says() -> None:
    plane = plane_with_namespace()
    pod = plane.create(PODS, "a", "ns", spec=pod_spec(), status={"phase": "Running"})

    assert pod["status"] == {"phase": "Pending"}
    assert not is_bound(pod)
    assert not is_ready(pod)


def test_a_pod_s_creation_is_reported_once_it_is_stored() -> None:
    plane = ControlPlane()
    plane.namespace(account=False)
    refusal(plane.pod, "too-early")
    plane.create(SERVICEACCOUNTS, "default", "ns")
    pod = plane.pod("a")

    assert plane.telemetry.milestones == [(1.0, pod["metadata"]["uid"], "created")]


# --- reading


def test_lists_are_of_one_namespace_or_of_all_and_filtered_by_labels() -> None:
    plane = plane_with_namespace()
    plane.namespace("other")
    for namespace in ("ns", "other"):
        for tier in ("web", "db"):
            body: Object = {"metadata": {"name": tier, "labels": {"tier": tier}}}
            plane.api.create(plane.collection(CONFIGMAPS), namespace, body)
    maps = plane.collection(CONFIGMAPS)

    assert len(plane.api.list(maps, None, "")) == 4
    assert len(plane.api.list(maps, "ns", "")) == 2
    assert [m["metadata"]["name"] for m in plane.api.list(maps, "other", "tier in (db)")] == ["db"]


def test_a_selector_that_is_none_is_a_bad_request() -> None:
    plane = plane_with_namespace()

    assert refusal(plane.api.list, plane.collection(PODS), None, "a=b=c").code == 400


def test_what_is_not_there_is_not_found() -> None:
    plane = plane_with_namespace()

    for call in (plane.get, plane.delete):
        error = refusal(call, PODS, "a", "ns")
        assert (error.code, error.message) == (404, 'pods "a" not found')


# --- patches


def test_a_patch_cannot_change_what_identifies_an_object() -> None:
    plane = plane_with_namespace()
    old = plane.create(CONFIGMAPS, "a", "ns", data={"x": "1"})
    forged = {"name": "b", "uid": "u", "namespace": "n", "creationTimestamp": "t", "labels": {"l": "1"}}
    new = plane.api.patch(plane.collection(CONFIGMAPS), "ns", "a", {"metadata": forged, "kind": "Odd"})

    assert new["kind"] == "ConfigMap"
    assert new["metadata"]["labels"] == {"l": "1"}
    assert {key: new["metadata"][key] for key in ("name", "uid", "namespace", "creationTimestamp")} == {
        key: old["metadata"][key] for key in ("name", "uid", "namespace", "creationTimestamp")
    }


def test_a_patch_with_null_removes_even_a_whole_part() -> None:
    plane = plane_with_namespace()
    plane.create(CONFIGMAPS, "a", "ns", data={"x": "1"})

    assert "data" not in plane.api.patch(plane.collection(CONFIGMAPS), "ns", "a", {"data": None})


def test_a_patch_that_changes_nothing_writes_nothing() -> None:
    plane = plane_with_namespace()
    old = plane.create(CONFIGMAPS, "a", "ns", data={"x": "1"})
    revision = plane.store.revision

    assert plane.api.patch(plane.collection(CONFIGMAPS), "ns", "a", {"data": {"x": "1"}}) is old
    assert plane.store.revision == revision


def test_a_patch_made_from_an_older_revision_conflicts() -> None:
    plane = plane_with_namespace()
    maps = plane.collection(CONFIGMAPS)
    first = plane.create(CONFIGMAPS, "a", "ns", data={"x": "1"})
    plane.api.patch(maps, "ns", "a", {"data": {"x": "2"}})
    stale = {"metadata": {"resourceVersion": first["metadata"]["resourceVersion"]}, "data": {"x": "3"}}
    error = refusal(plane.api.patch, maps, "ns", "a", stale)

    assert (error.code, error.reason) == (409, "Conflict")


@pytest.mark.parametrize("patch", ["text", None, {"metadata": "text"}, [1]])
def test_what_is_no_merge_patch_is_a_bad_request(patch: object) -> None:
    plane = plane_with_namespace()
    plane.create(CONFIGMAPS, "a", "ns")

    assert refusal(plane.api.patch, plane.collection(CONFIGMAPS), "ns", "a", patch).code == 400


def test_only_a_change_of_the_spec_makes_a_new_generation() -> None:
    plane = plane_with_namespace()
    plane.deployment()
    deployments = plane.collection(DEPLOYMENTS)
    labelled = plane.api.patch(deployments, "ns", "web", {"metadata": {"labels": {"l": "1"}}})
    scaled = plane.api.patch(deployments, "ns", "web", {"spec": {"replicas": 3}})

    assert labelled["metadata"]["generation"] == 1
    assert scaled["metadata"]["generation"] == 2


def test_an_object_cannot_be_patched_into_an_invalid_one() -> None:
    plane = plane_with_namespace()
    plane.deployment()
    error = refusal(plane.api.patch, plane.collection(DEPLOYMENTS), "ns", "web", {"spec": {"replicas": -1}})

    assert error.code == 422
    assert plane.get(DEPLOYMENTS, "web", "ns")["spec"]["replicas"] == 1


# --- deletion


def test_a_bound_pod_is_deleted_gracefully() -> None:
    plane = plane_with_namespace()
    plane.pod("a", nodeName="node-0", terminationGracePeriodSeconds=45)
    plane.delete(PODS, "a", "ns")
    metadata = plane.get(PODS, "a", "ns")["metadata"]

    assert metadata["deletionGracePeriodSeconds"] == 45
    assert metadata["creationTimestamp"] == "2020-01-01T00:00:01Z"
    assert metadata["deletionTimestamp"] == "2020-01-01T00:00:46Z"  # when it is to be gone


def test_deleting_a_pod_twice_changes_nothing_more() -> None:
    plane = plane_with_namespace()
    plane.pod("a", nodeName="node-0")
    plane.delete(PODS, "a", "ns")
    revision = plane.store.revision
    plane.delete(PODS, "a", "ns")

    assert plane.store.revision == revision


def test_a_pod_that_no_kubelet_has_to_stop_is_removed_at_once() -> None:
    plane = plane_with_namespace()
    plane.pod("unbound")
    plane.pod("impatient", nodeName="node-0", terminationGracePeriodSeconds=0)
    finished = plane.pod("finished", nodeName="node-0")
    plane.pods.replace(finished, status={"phase": "Succeeded"})
    for name in ("unbound", "impatient", "finished"):
        plane.delete(PODS, name, "ns")

    assert len(plane.pods) == 0


def test_an_object_is_not_deleted_under_another_s_uid() -> None:
    plane = plane_with_namespace()
    secrets = plane.collection(SECRETS)
    first = plane.create(SECRETS, "a", "ns")
    plane.api.delete(secrets, "ns", "a", first["metadata"]["uid"])
    second = plane.create(SECRETS, "a", "ns")
    error = refusal(plane.api.delete, secrets, "ns", "a", first["metadata"]["uid"])

    assert (error.code, error.reason) == (409, "Conflict")
    assert plane.get(SECRETS, "a", "ns") is second


def test_a_deleted_namespace_takes_in_nothing_new_but_keeps_what_it_has() -> None:
    plane = plane_with_namespace()
    plane.create(SECRETS, "a", "ns")
    plane.delete(NAMESPACES, "ns")
    error = refusal(plane.create, SECRETS, "b", "ns")

    assert isinstance(error, NamespaceTerminatingError)
    assert (error.code, error.reason) == (403, "Forbidden")
    assert "because it is being terminated" in error.message
    assert plane.get(NAMESPACES, "ns")["status"] == {"phase": "Terminating"}
    assert plane.get(SECRETS, "a", "ns")


# --- sharing


def test_pods_of_one_template_on_one_node_share_their_spec() -> None:
    plane = plane_with_namespace()
    spec = pod_spec()
    first, second = (plane.create(PODS, name, "ns", spec=spec) for name in "ab")

    assert first["spec"] is second["spec"]
    assert plane.api.bound_spec(first["spec"], "n") is plane.api.bound_spec(second["spec"], "n")
    assert plane.api.bound_spec(first["spec"], "n") is not plane.api.bound_spec(first["spec"], "m")
    assert plane.api.bound_spec(first["spec"], "n")["nodeName"] == "n"


def test_pods_bound_in_one_second_share_their_status() -> None:
    plane = plane_with_namespace()
    first = plane.api.scheduled_status()

    assert plane.api.scheduled_status() is first
    plane.run(1)
    assert plane.api.scheduled_status() is not first


# --- what may be asked


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-2, 2) | st.sampled_from(["", "a", "default"]),
    lambda inner: (
        st.lists(inner, max_size=2)
        | st.dictionaries(
            st.sampled_from(
                ["spec", "metadata", "containers", "name", "selector", "matchLabels", "template", "labels"]
            ),
            inner,
            max_size=3,
        )
    ),
    max_leaves=8,
)
Bodies = st.dictionaries(st.sampled_from(["spec", "data", "status"]), JSON, max_size=3)


@given(resource=st.sampled_from([PODS, DEPLOYMENTS, REPLICASETS]), body=Bodies)
def test_whatever_is_sent_is_stored_or_refused_but_breaks_nothing(resource: Resource, body: Object) -> None:
    plane = ControlPlane("deployments", "replicasets", "scheduler", nodes=1)
    plane.namespace()
    refused: ApiError | None = None
    try:
        plane.api.create(plane.collection(resource), "ns", {"metadata": {"name": "a"}, **body})
    except ApiError as error:
        refused = error
    plane.rest()

    assert refused is None or refused.code == 422
