from __future__ import annotations

import copy

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plimsoll.apimachinery.defaults import apply_defaults, default_pod_spec
from plimsoll.apimachinery.defaults.podspec import pull_policy
from plimsoll.kube.resources import DEPLOYMENTS, NAMESPACES, NODES, PODS, SERVICES, Object, Resource

DAEMON_SETS = Resource("apps", "v1", "daemonsets", "DaemonSet")
STATEFUL_SETS = Resource("apps", "v1", "statefulsets", "StatefulSet")
JOBS = Resource("batch", "v1", "jobs", "Job")
CRON_JOBS = Resource("batch", "v1", "cronjobs", "CronJob")
LIMIT_RANGES = Resource("", "v1", "limitranges", "LimitRange")
AUTOSCALERS = Resource("autoscaling", "v2", "horizontalpodautoscalers", "HorizontalPodAutoscaler")
WEBHOOKS = Resource(
    "admissionregistration.k8s.io", "v1", "mutatingwebhookconfigurations", "MutatingWebhookConfiguration"
)
LEVELS = Resource("flowcontrol.apiserver.k8s.io", "v1", "prioritylevelconfigurations", "PriorityLevelConfiguration")
DRIVERS = Resource("storage.k8s.io", "v1", "csidrivers", "CSIDriver")


def filled(resource: Resource, object_: Object) -> Object:
    apply_defaults(resource, object_)
    return object_


@pytest.mark.parametrize(
    ("image", "policy"),
    [
        ("app", "Always"),
        ("app:latest", "Always"),
        ("app:1", "IfNotPresent"),
        ("registry.example:5000/app", "Always"),
        ("registry.example:5000/app:1", "IfNotPresent"),
        ("app@sha256:00", "IfNotPresent"),
        ("app:latest@sha256:00", "Always"),
    ],
)
def test_the_tag_of_an_image_decides_how_it_is_pulled(image: str, policy: str) -> None:
    assert pull_policy(image) == policy


def test_requests_become_limits_in_pods_and_not_in_templates() -> None:
    container = {"name": "a", "image": "a:1", "resources": {"limits": {"cpu": "1", "memory": "1Gi"}}}
    pod = filled(PODS, {"spec": {"containers": [copy.deepcopy(container)]}})
    assert pod["spec"]["containers"][0]["resources"]["requests"] == {"cpu": "1", "memory": "1Gi"}
    template: Object = {"containers": [container]}
    default_pod_spec(template)
    assert "requests" not in template["containers"][0]["resources"]
    assert "enableServiceLinks" not in template


def test_a_grace_period_below_zero_is_the_shortest_there_is() -> None:
    spec: Object = {"terminationGracePeriodSeconds": -7}
    default_pod_spec(spec)
    assert spec["terminationGracePeriodSeconds"] == 1


def test_a_volume_of_no_kind_is_an_empty_directory_and_a_mode_of_zero_is_kept() -> None:
    spec: Object = {"volumes": [{"name": "a"}, {"name": "b", "secret": {"secretName": "s", "defaultMode": 0}}]}
    default_pod_spec(spec)
    assert spec["volumes"] == [
        {"name": "a", "emptyDir": {}},
        {"name": "b", "secret": {"secretName": "s", "defaultMode": 0}},
    ]


def test_on_the_host_s_network_ports_are_the_host_s() -> None:
    pod = filled(PODS, {"spec": {"hostNetwork": True, "containers": [{"ports": [{"containerPort": 80}]}]}})
    assert pod["spec"]["containers"][0]["ports"] == [{"containerPort": 80, "hostPort": 80, "protocol": "TCP"}]


def test_amounts_finer_than_a_thousandth_are_rounded_up() -> None:
    pod = filled(PODS, {"spec": {"containers": [{"resources": {"requests": {"cpu": "1500001n"}}}]}})
    assert pod["spec"]["containers"][0]["resources"]["requests"] == {"cpu": "2m"}


def test_a_deployment_rolls_a_quarter_at_a_time() -> None:
    spec = filled(DEPLOYMENTS, {"spec": {"template": {"spec": {"containers": []}}}})["spec"]
    assert spec["strategy"] == {
        "type": "RollingUpdate",
        "rollingUpdate": {"maxUnavailable": "25%", "maxSurge": "25%"},
    }
    assert (spec["replicas"], spec["revisionHistoryLimit"], spec["progressDeadlineSeconds"]) == (1, 10, 600)
    recreated = filled(DEPLOYMENTS, {"spec": {"strategy": {"type": "Recreate"}}})["spec"]["strategy"]
    assert recreated == {"type": "Recreate"}


def test_sets_that_are_stateful_or_on_every_node_go_one_by_one() -> None:
    daemons = filled(DAEMON_SETS, {"spec": {}})["spec"]["updateStrategy"]
    assert daemons["rollingUpdate"] == {"maxUnavailable": 1, "maxSurge": 0}
    claims = {"volumeClaimTemplates": [{"metadata": {"name": "data"}}]}
    state = filled(STATEFUL_SETS, {"spec": claims})["spec"]
    assert state["updateStrategy"] == {"type": "RollingUpdate", "rollingUpdate": {"partition": 0}}
    assert state["persistentVolumeClaimRetentionPolicy"] == {"whenDeleted": "Retain", "whenScaled": "Retain"}
    assert state["volumeClaimTemplates"][0]["kind"] == "PersistentVolumeClaim"


def test_a_job_runs_once_unless_only_its_parallelism_is_given() -> None:
    assert filled(JOBS, {"spec": {}})["spec"]["completions"] == 1
    queue = filled(JOBS, {"spec": {"parallelism": 3}})["spec"]
    assert "completions" not in queue
    assert filled(JOBS, {"spec": {"backoffLimitPerIndex": 1}})["spec"]["backoffLimit"] == 2**31 - 1


def test_of_a_cron_job_s_jobs_only_the_pods_are_filled_in() -> None:
    spec = filled(CRON_JOBS, {"spec": {"jobTemplate": {"spec": {"template": {"spec": {}}}}}})["spec"]
    assert (spec["successfulJobsHistoryLimit"], spec["failedJobsHistoryLimit"]) == (3, 1)
    assert set(spec["jobTemplate"]["spec"]) == {"template"}


def test_what_a_service_gets_depends_on_its_type() -> None:
    def spec_of(**given: object) -> Object:
        spec: Object = filled(SERVICES, {"spec": dict(given)})["spec"]
        return spec

    assert "externalTrafficPolicy" not in spec_of(ports=[])
    assert spec_of(type="NodePort")["externalTrafficPolicy"] == "Cluster"
    assert spec_of(type="LoadBalancer")["allocateLoadBalancerNodePorts"] is True
    assert "internalTrafficPolicy" not in spec_of(type="ExternalName")
    assert spec_of(ports=[{"port": 80}])["ports"] == [{"port": 80, "protocol": "TCP", "targetPort": 80}]
    sticky = spec_of(sessionAffinity="ClientIP")["sessionAffinityConfig"]
    assert sticky == {"clientIP": {"timeoutSeconds": 10_800}}


def test_a_namespace_is_labelled_once_it_has_a_name() -> None:
    named = filled(NAMESPACES, {"metadata": {"name": "a"}})
    assert named["metadata"]["labels"] == {"kubernetes.io/metadata.name": "a"}
    assert "labels" not in filled(NAMESPACES, {"metadata": {"generateName": "a-"}})["metadata"]


def test_a_node_can_give_what_it_has() -> None:
    node = filled(NODES, {"status": {"capacity": {"cpu": "4"}}})
    assert node["status"]["allocatable"] == {"cpu": "4"}


def test_limits_of_containers_follow_from_each_other() -> None:
    limit = {"type": "Container", "max": {"cpu": "2"}, "min": {"memory": "1Mi"}, "default": {"memory": "2Mi"}}
    item = filled(LIMIT_RANGES, {"spec": {"limits": [limit]}})["spec"]["limits"][0]
    assert item["default"] == {"cpu": "2", "memory": "2Mi"}
    assert item["defaultRequest"] == {"cpu": "2", "memory": "2Mi"}


def test_an_autoscaler_looks_at_the_cpu_and_scales_as_usual() -> None:
    spec = filled(AUTOSCALERS, {"apiVersion": "autoscaling/v2", "spec": {"behavior": {"scaleDown": {}}}})["spec"]
    assert spec["metrics"][0]["resource"]["target"]["averageUtilization"] == 80
    assert [policy["value"] for policy in spec["behavior"]["scaleUp"]["policies"]] == [4, 100]
    assert "stabilizationWindowSeconds" not in spec["behavior"]["scaleDown"]


def test_webhooks_drivers_and_priority_levels_have_theirs() -> None:
    hook: Object = {"clientConfig": {"service": {"name": "s"}}, "rules": [{"operations": ["*"]}]}
    filled(WEBHOOKS, {"webhooks": [hook]})
    assert hook["timeoutSeconds"] == 10
    assert hook["reinvocationPolicy"] == "Never"
    assert hook["clientConfig"] == {"service": {"name": "s", "port": 443}}
    assert filled(DRIVERS, {"spec": {}})["spec"]["volumeLifecycleModes"] == ["Persistent"]
    limited = {"limited": {"limitResponse": {"type": "Queue", "queuing": {}}}}
    level = filled(LEVELS, {"spec": limited})["spec"]["limited"]
    assert level["limitResponse"]["queuing"] == {"queues": 64, "handSize": 8, "queueLengthLimit": 50}
    assert level["nominalConcurrencyShares"] == 30


SPECS = st.fixed_dictionaries(
    {"containers": st.lists(st.fixed_dictionaries({"image": st.sampled_from(["a", "a:1", "b@sha256:0"])}), max_size=2)},
    optional={
        "volumes": st.lists(st.sampled_from([{"name": "a"}, {"name": "b", "configMap": {"name": "c"}}]), max_size=2),
        "terminationGracePeriodSeconds": st.integers(-3, 3),
        "serviceAccount": st.just("bot"),
        "restartPolicy": st.sampled_from(["", "Never"]),
    },
)


@given(SPECS)
def test_a_specification_that_is_filled_in_stays_as_it_is(spec: Object) -> None:
    spec = copy.deepcopy(spec)
    default_pod_spec(spec)
    once = copy.deepcopy(spec)
    default_pod_spec(spec)
    assert spec == once
