"""What admission adds to objects, and what it refuses."""

from __future__ import annotations

from typing import Any

import pytest

from plimsoll.errors import ApiError
from plimsoll.kube.resources import Object
from tests.registry.clusters import Served

ACCOUNTS = ("", "v1", "serviceaccounts")
CLAIMS = ("", "v1", "persistentvolumeclaims")
LIMITRANGES = ("", "v1", "limitranges")
PODS = ("", "v1", "pods")
PRIORITYCLASSES = ("scheduling.k8s.io", "v1", "priorityclasses")
QUOTAS = ("", "v1", "resourcequotas")
RUNTIMECLASSES = ("node.k8s.io", "v1", "runtimeclasses")
SECRETS = ("", "v1", "secrets")
STORAGECLASSES = ("storage.k8s.io", "v1", "storageclasses")


@pytest.fixture
def served() -> Served:
    return Served()


def pod(name: str = "p", resources: Object | None = None, **spec: Any) -> Object:
    container = {"name": "app", "image": "registry.example/app:1", "resources": resources or {}}
    return {"metadata": {"name": name}, "spec": {"schedulerName": "none", "containers": [container], **spec}}


def quota(served: Served, **hard: str) -> None:
    named = {key.replace("_", "."): amount for key, amount in hard.items()}
    served.create(QUOTAS, {"metadata": {"name": "q"}, "spec": {"hard": named}})
    used = dict.fromkeys(named, "0")
    served.ask(
        "patch",
        QUOTAS,
        "q",
        {"status": {"hard": named, "used": used}},
        subresource="status",
        patch_type="application/merge-patch+json",
    )


def test_a_pod_mounts_the_token_of_its_account(served: Served) -> None:
    spec = served.create(PODS, pod())["spec"]
    assert spec["serviceAccountName"] == "default"
    name = spec["volumes"][0]["name"]
    assert name.startswith("kube-api-access-")
    assert spec["containers"][0]["volumeMounts"][0]["name"] == name


def test_an_account_can_do_without_the_token_and_with_pull_secrets(served: Served) -> None:
    secrets = [{"name": "pull"}]
    body = {"metadata": {"name": "bot"}, "automountServiceAccountToken": False, "imagePullSecrets": secrets}
    served.create(ACCOUNTS, body)
    spec = served.create(PODS, pod(serviceAccountName="bot"))["spec"]
    assert "volumes" not in spec
    assert spec["imagePullSecrets"] == secrets


def test_a_pod_needs_an_account_that_exists(served: Served) -> None:
    with pytest.raises(ApiError, match='error looking up service account team/none: serviceaccount "none" not found'):
        served.create(PODS, pod(serviceAccountName="none"))


def test_a_priority_class_gives_its_number(served: Served) -> None:
    served.create(PRIORITYCLASSES, {"metadata": {"name": "high"}, "value": 7, "preemptionPolicy": "Never"})
    spec = served.create(PODS, pod(priorityClassName="high"))["spec"]
    assert (spec["priority"], spec["preemptionPolicy"]) == (7, "Never")
    with pytest.raises(ApiError, match="no PriorityClass with name none was found"):
        served.create(PODS, pod("other", priorityClassName="none"))


def test_there_is_one_default_priority_class(served: Served) -> None:
    served.create(PRIORITYCLASSES, {"metadata": {"name": "one"}, "value": 1, "globalDefault": True})
    with pytest.raises(ApiError, match="one is already marked as default"):
        served.create(PRIORITYCLASSES, {"metadata": {"name": "two"}, "value": 2, "globalDefault": True})
    assert served.create(PODS, pod())["spec"]["priorityClassName"] == "one"


def test_a_runtime_class_adds_its_overhead(served: Served) -> None:
    body = {
        "metadata": {"name": "vm"},
        "handler": "vm",
        "overhead": {"podFixed": {"memory": "64Mi"}},
        "scheduling": {"nodeSelector": {"vm": "yes"}},
    }
    served.create(RUNTIMECLASSES, body)
    spec = served.create(PODS, pod(runtimeClassName="vm"))["spec"]
    assert (spec["overhead"], spec["nodeSelector"]) == ({"memory": "64Mi"}, {"vm": "yes"})
    with pytest.raises(ApiError, match='pod rejected: RuntimeClass "none" not found'):
        served.create(PODS, pod("other", runtimeClassName="none"))


def test_a_claim_is_protected_and_gets_the_default_class(served: Served) -> None:
    annotations = {"storageclass.kubernetes.io/is-default-class": "true"}
    served.create(
        STORAGECLASSES, {"metadata": {"name": "fast", "annotations": annotations}, "provisioner": "p.example"}
    )
    spec = {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}}
    claim = served.create(CLAIMS, {"metadata": {"name": "c"}, "spec": spec})
    assert claim["spec"]["storageClassName"] == "fast"
    assert claim["metadata"]["finalizers"] == ["kubernetes.io/pvc-protection"]


def test_a_limit_range_fills_in_and_limits(served: Served) -> None:
    limit = {"type": "Container", "default": {"cpu": "500m"}, "defaultRequest": {"cpu": "100m"}, "max": {"cpu": "1"}}
    served.create(LIMITRANGES, {"metadata": {"name": "l"}, "spec": {"limits": [limit]}})
    created = served.create(PODS, pod())
    assert created["spec"]["containers"][0]["resources"] == {"requests": {"cpu": "100m"}, "limits": {"cpu": "500m"}}
    assert "cpu request for container app" in created["metadata"]["annotations"]["kubernetes.io/limit-ranger"]
    with pytest.raises(ApiError, match="maximum cpu usage per Container is 1, but limit is 2"):
        served.create(PODS, pod("big", {"limits": {"cpu": "2"}}))


def test_a_quota_is_charged_and_refuses_what_exceeds_it(served: Served) -> None:
    quota(served, secrets="1")
    served.create(SECRETS, {"metadata": {"name": "a"}})
    assert served.get(QUOTAS, "q")["status"]["used"] == {"secrets": "1"}
    with pytest.raises(ApiError, match="exceeded quota: q, requested: secrets=1, used: secrets=1, limited: secrets=1"):
        served.create(SECRETS, {"metadata": {"name": "b"}})


def test_a_quota_of_compute_wants_to_be_told(served: Served) -> None:
    quota(served, requests_cpu="1")
    with pytest.raises(ApiError, match=r"failed quota: q: must specify requests.cpu for: app"):
        served.create(PODS, pod())
    served.create(PODS, pod(resources={"requests": {"cpu": "600m"}}))
    with pytest.raises(ApiError, match=r"requested: requests.cpu=600m, used: requests.cpu=600m"):
        served.create(PODS, pod("second", {"requests": {"cpu": "600m"}}))


def test_a_dry_run_is_not_charged(served: Served) -> None:
    quota(served, secrets="1")
    served.create(SECRETS, {"metadata": {"name": "a"}}, options={"dryRun": "All"})
    assert served.get(QUOTAS, "q")["status"]["used"] == {"secrets": "0"}
