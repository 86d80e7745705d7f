from __future__ import annotations

from typing import Any

import pytest

from plimsoll.apimachinery.tables import (
    custom_layout,
    human_duration,
    layout_of,
    partial_metadata_list,
    pod_reason,
    table,
)
from plimsoll.kube.resources import (
    CONFIGMAPS,
    DEPLOYMENTS,
    EVENTS,
    NODES,
    PODS,
    SERVICES,
    Object,
    Resource,
)

NOON = 1_704_110_400.0  # 2024-01-01T12:00:00Z
LIMIT_RANGES = Resource("", "v1", "limitranges", "LimitRange")
JOBS = Resource("batch", "v1", "jobs", "Job")


def cells(resource: Resource, object_: Object) -> list[Any]:
    shown: Object = table(layout_of(resource), [object_], NOON)
    row: list[Any] = shown["rows"][0]["cells"]
    return row


def pod(status: Object, spec: Object | None = None, **metadata: str) -> Object:
    containers = {"containers": [{"name": "app"}]}
    return {
        "metadata": {"name": "p", "creationTimestamp": "2024-01-01T11:59:30Z", **metadata},
        "spec": {**containers, **(spec or {})},
        "status": status,
    }


def container(**state: Any) -> Object:
    return {"name": "app", "restartCount": state.pop("restarts", 0), "ready": state.pop("ready", False), "state": state}


def test_a_running_pod_is_shown_with_all_that_wide_output_has() -> None:
    running = pod(
        {
            "phase": "Running",
            "podIPs": [{"ip": "10.0.0.1"}],
            "containerStatuses": [container(running={}, ready=True)],
        },
        {"nodeName": "n1"},
    )
    assert cells(PODS, running) == ["p", "1/1", "Running", "0", "30s", "10.0.0.1", "n1", "<none>", "<none>"]


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        ({"phase": "Pending"}, "Pending"),
        ({"phase": "Failed", "reason": "Evicted"}, "Evicted"),
        (
            {"phase": "Running", "containerStatuses": [container(waiting={"reason": "CrashLoopBackOff"})]},
            "CrashLoopBackOff",
        ),
        ({"phase": "Running", "containerStatuses": [container(terminated={"exitCode": 3})]}, "ExitCode:3"),
        ({"phase": "Running", "containerStatuses": [container(terminated={"exitCode": 1, "signal": 9})]}, "Signal:9"),
        ({"phase": "Succeeded", "containerStatuses": [container(terminated={"reason": "Completed"})]}, "Completed"),
        ({"phase": "Pending", "initContainerStatuses": [container(waiting={"reason": "PodInitializing"})]}, "Init:0/2"),
        ({"phase": "Pending", "initContainerStatuses": [container(terminated={"exitCode": 2})]}, "Init:ExitCode:2"),
        (
            {"phase": "Pending", "initContainerStatuses": [container(terminated={"exitCode": 1, "reason": "Error"})]},
            "Init:Error",
        ),
        (
            {
                "phase": "Pending",
                "conditions": [{"type": "PodScheduled", "status": "False", "reason": "SchedulingGated"}],
            },
            "SchedulingGated",
        ),
    ],
)
def test_the_state_of_a_pod_is_one_word(status: Object, reason: str) -> None:
    assert pod_reason(pod(status, {"initContainers": [{"name": "app"}, {"name": "b"}]})) == reason


def test_a_pod_that_is_deleted_terminates_unless_it_has_ended_or_its_node_is_lost() -> None:
    def leaving(**status: str) -> str:
        return pod_reason(pod(status, deletionTimestamp="2024-01-01T12:00:00Z"))

    assert leaving(phase="Running") == "Terminating"
    assert leaving(phase="Succeeded") == "Succeeded"
    assert leaving(phase="Running", reason="NodeLost") == "Unknown"


def test_a_pod_with_one_container_left_is_not_ready_and_one_that_failed_says_so() -> None:
    done = container(terminated={"reason": "Completed"})
    status: Object = {"phase": "Running", "containerStatuses": [done, container(running={}, ready=True)]}
    assert pod_reason(pod(status)) == "NotReady"
    status["conditions"] = [{"type": "Ready", "status": "True"}]
    assert pod_reason(pod(status)) == "Running"
    failed = container(terminated={"reason": "Error", "exitCode": 1})
    assert pod_reason(pod({"phase": "Running", "containerStatuses": [done, failed]})) == "Error"


def test_restarts_tell_how_long_ago_the_last_one_was() -> None:
    ended = {"lastState": {"terminated": {"finishedAt": "2024-01-01T11:00:00Z"}}}
    restarted = {**container(running={}, ready=True, restarts=2), **ended}
    assert cells(PODS, pod({"phase": "Running", "containerStatuses": [restarted]}))[3] == "2 (60m ago)"


def test_sidecars_count_as_containers_and_finished_init_containers_do_not_restart_a_pod() -> None:
    spec = {"initContainers": [{"name": "app"}, {"name": "proxy", "restartPolicy": "Always"}]}
    status = {
        "phase": "Running",
        "initContainerStatuses": [
            container(terminated={"exitCode": 0}, restarts=5),
            {"name": "proxy", "restartCount": 1, "ready": True, "started": True, "state": {"running": {}}},
        ],
        "containerStatuses": [container(running={}, ready=True)],
    }
    assert cells(PODS, pod(status, spec))[1:4] == ["2/2", "Running", "1"]


def test_pods_that_have_ended_can_be_hidden_by_their_condition() -> None:
    rows = table(layout_of(PODS), [pod({"phase": "Succeeded"}), pod({"phase": "Running"})], NOON)["rows"]
    assert rows[0]["conditions"][0]["reason"] == "Succeeded"
    assert "conditions" not in rows[1]


def test_a_node_shows_state_roles_and_what_it_runs() -> None:
    node = {
        "metadata": {"name": "n", "labels": {"node-role.kubernetes.io/worker": "", "kubernetes.io/role": "gpu"}},
        "spec": {"unschedulable": True},
        "status": {
            "conditions": [{"type": "Ready", "status": "False"}],
            "nodeInfo": {"kubeletVersion": "v1.36.0", "kernelVersion": "6", "architecture": "amd64"},
            "addresses": [{"type": "InternalIP", "address": "192.0.2.9"}],
        },
    }
    shown = [
        "n",
        "NotReady,SchedulingDisabled",
        "gpu,worker",
        "<unknown>",
        "v1.36.0",
        "192.0.2.9",
        "<none>",
        "<unknown>",
    ]
    assert cells(NODES, node) == [*shown, "6 (amd64)", "<unknown>"]


def test_a_deployment_shows_its_containers_and_selector() -> None:
    deployment = {
        "metadata": {"name": "web", "creationTimestamp": "2024-01-01T00:00:00Z"},
        "spec": {
            "replicas": 3,
            "selector": {
                "matchLabels": {"app": "web"},
                "matchExpressions": [{"key": "tier", "operator": "In", "values": ["b", "a"]}],
            },
            "template": {"spec": {"containers": [{"name": "a", "image": "x"}, {"name": "b", "image": "y"}]}},
        },
        "status": {"readyReplicas": 2, "updatedReplicas": 3},
    }
    assert cells(DEPLOYMENTS, deployment) == ["web", "2/3", 3, 0, "12h", "a,b", "x,y", "app=web,tier in (a,b)"]


def test_services_show_addresses_by_their_type() -> None:
    def shown(spec: Object, status: Object | None = None) -> list[Any]:
        return cells(SERVICES, {"metadata": {"name": "s"}, "spec": spec, "status": status or {}})[1:5]

    port = {"port": 80, "nodePort": 30080, "protocol": "TCP"}
    node_port = {"type": "NodePort", "clusterIPs": ["10.96.0.1"], "ports": [port]}
    assert shown(node_port) == ["NodePort", "10.96.0.1", "<none>", "80:30080/TCP"]
    assert shown({"type": "LoadBalancer"})[2] == "<pending>"
    balanced = {"loadBalancer": {"ingress": [{"ip": "203.0.113.1"}]}}
    assert shown({"type": "LoadBalancer"}, balanced)[2] == "203.0.113.1"
    assert shown({"type": "ExternalName", "externalName": "example.com"}) == [
        "ExternalName",
        "<none>",
        "example.com",
        "<none>",
    ]


def test_an_event_shows_what_it_is_about_and_when() -> None:
    event = {
        "metadata": {"name": "e"},
        "involvedObject": {"kind": "Pod", "name": "web"},
        "type": "Normal",
        "reason": "Started",
        "message": " it started\n",
        "source": {"component": "kubelet", "host": "n1"},
        "firstTimestamp": "2024-01-01T10:00:00Z",
        "lastTimestamp": "2024-01-01T11:58:00Z",
        "count": 3,
    }
    shown = ["2m", "Normal", "Started", "pod/web", "", "kubelet, n1", "it started", "120m", 3, "e"]
    assert cells(EVENTS, event) == shown


def test_a_job_shows_how_far_it_is() -> None:
    job: Object = {"metadata": {"name": "j"}, "spec": {"completions": 3}, "status": {"succeeded": 1}}
    assert cells(JOBS, job)[1:4] == ["Running", "1/3", ""]
    job["status"] = {
        "succeeded": 3,
        "startTime": "2024-01-01T10:00:00Z",
        "completionTime": "2024-01-01T10:05:30Z",
        "conditions": [{"type": "Complete", "status": "True"}],
    }
    assert cells(JOBS, job)[1:4] == ["Complete", "3/3", "5m30s"]


def test_kinds_without_a_layout_show_name_and_time_of_creation() -> None:
    shown = table(layout_of(LIMIT_RANGES), [], NOON)
    assert shown["rows"] is None
    assert [(column["name"], column["type"]) for column in shown["columnDefinitions"]] == [
        ("Name", "string"),
        ("Created At", "date"),
    ]


def test_rows_carry_what_was_asked_for_of_their_objects() -> None:
    config_map = {"kind": "ConfigMap", "metadata": {"name": "c"}, "data": {"a": "1"}}

    def row(include: Any) -> Object:
        first: Object = table(layout_of(CONFIGMAPS), [config_map], NOON, include)["rows"][0]
        return first

    assert "object" not in row("None")
    assert row("Object")["object"] is config_map
    assert row("Metadata")["object"] == {
        "kind": "PartialObjectMetadata",
        "apiVersion": "meta.k8s.io/v1",
        "metadata": {"name": "c"},
    }
    assert row("Metadata")["cells"][1] == 1


def test_custom_columns_are_read_by_their_paths() -> None:
    layout = custom_layout(
        [
            {"name": "Size", "type": "integer", "jsonPath": ".spec.size", "description": "How large."},
            {"name": "Ready", "type": "string", "jsonPath": '.status.conditions[?(@.type=="Ready")].status'},
            {"name": "Since", "type": "date", "jsonPath": ".metadata.creationTimestamp", "priority": 1},
            {"name": "Hot", "type": "boolean", "jsonPath": ".spec['hot']"},
            {"name": "Names", "type": "string", "jsonPath": ".spec.parts[*].name"},
            {"name": "Wrong", "type": "integer", "jsonPath": ".spec.hot"},
            {"name": "No path", "type": "string", "jsonPath": "nonsense"},
        ]
    )
    widget = {
        "metadata": {"name": "w", "creationTimestamp": "2024-01-01T11:00:00Z"},
        "spec": {"size": 3, "hot": True, "parts": [{"name": "a"}, {"name": "b"}]},
        "status": {"conditions": [{"type": "Other", "status": "False"}, {"type": "Ready", "status": "True"}]},
    }
    shown = table(layout, [widget], NOON)
    assert shown["rows"][0]["cells"] == ["w", 3, "True", "60m", True, "a b", None, None]
    assert shown["columnDefinitions"][1]["description"] == "How large."
    assert shown["columnDefinitions"][3]["priority"] == 1


def test_custom_resources_without_columns_show_their_age() -> None:
    widget = {"metadata": {"name": "w", "creationTimestamp": "2024-01-01T11:59:59Z"}}
    shown = table(custom_layout([]), [widget], NOON)
    assert shown["rows"][0]["cells"] == ["w", "1s"]


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (-5, "<invalid>"),
        (-1, "0s"),
        (119, "119s"),
        (120, "2m"),
        (599, "9m59s"),
        (600, "10m"),
        (10_799, "179m"),
        (10_800, "3h"),
        (12_000, "3h20m"),
        (47 * 3600, "47h"),
        (49 * 3600, "2d1h"),
        (8 * 86_400, "8d"),
        (3 * 365 * 86_400, "3y"),
        (3 * 365 * 86_400 + 86_400, "3y1d"),
        (9 * 365 * 86_400 + 86_400, "9y"),
    ],
)
def test_durations_have_two_units_at_most(seconds: int, text: str) -> None:
    assert human_duration(seconds) == text


def test_a_list_of_metadata_is_a_list_of_objects_without_the_rest() -> None:
    listed = partial_metadata_list([{"metadata": {"name": "a"}, "data": {}}], {"resourceVersion": "7"})
    assert listed["metadata"] == {"resourceVersion": "7"}
    assert listed["items"] == [
        {"kind": "PartialObjectMetadata", "apiVersion": "meta.k8s.io/v1", "metadata": {"name": "a"}}
    ]


def test_claims_to_devices_say_how_far_they_are() -> None:
    claims = Resource("resource.k8s.io", "v1", "resourceclaims", "ResourceClaim")
    claim: Object = {"metadata": {"name": "c"}}
    assert cells(claims, claim)[1] == "pending"
    assert cells(claims, {**claim, "status": {"allocation": {}, "reservedFor": [{}]}})[1] == "allocated,reserved"


def test_an_api_service_of_the_server_itself_is_local() -> None:
    services = Resource("apiregistration.k8s.io", "v1", "apiservices", "APIService", namespaced=False)
    available = {"conditions": [{"type": "Available", "status": "True"}]}
    assert cells(services, {"metadata": {"name": "v1."}, "spec": {}, "status": available})[1:3] == ["Local", "True"]
