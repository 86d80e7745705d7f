from __future__ import annotations

import pytest

from plimsoll.errors import ApiError
from plimsoll.kube.resources import DEPLOYMENTS, PODS, SECRETS, Object
from plimsoll.simcluster.validation import validate
from tests.simcluster.controlplane import pod_spec, workload_spec


@pytest.mark.parametrize(
    ("spec", "problem"),
    [
        (None, "spec: Required value"),
        ({}, "spec.containers: Required value"),
        ({"containers": []}, "spec.containers: Required value"),
        ({"containers": {"name": "main"}}, "spec.containers: Required value"),
        ({"containers": [{"image": "pause"}]}, "spec.containers[].name: Required value"),
        ({"containers": ["main"]}, "spec.containers[].name: Required value"),
    ],
)
def test_a_pod_needs_named_containers(spec: Object | None, problem: str) -> None:
    with pytest.raises(ApiError) as refused:
        validate(PODS, "a", {"spec": spec})

    assert (refused.value.code, refused.value.message) == (422, f'Pod "a" is invalid: {problem}')


@pytest.mark.parametrize(
    ("parts", "problem"),
    [
        ({"replicas": -1}, "spec.replicas"),
        ({"replicas": "3"}, "spec.replicas"),
        ({"replicas": True}, "spec.replicas"),
        ({"template": None}, "spec.template: Required value"),
        ({"selector": {}}, "spec.selector: Required value"),
        ({"selector": {"matchLabels": {"app": "other"}}}, "`selector` does not match template `labels`"),
        ({"selector": {"matchLabels": "app"}}, "spec.selector: Required value"),
        ({"selector": "app"}, "spec.selector: Required value"),
        ({"template": {"metadata": {"labels": {"app": "web"}}}}, "spec.template.spec: Required value"),
        ({"template": {"metadata": "web", "spec": {}}}, "`selector` does not match template `labels`"),
        ({"template": {"metadata": {"labels": "web"}}}, "`selector` does not match template `labels`"),
    ],
)
def test_a_workload_needs_what_controllers_act_on(parts: Object, problem: str) -> None:
    with pytest.raises(ApiError) as refused:
        validate(DEPLOYMENTS, "web", {"spec": {**workload_spec("web", 1), **parts}})

    assert refused.value.code == 422
    assert problem in refused.value.message


def test_what_is_complete_passes_and_other_resources_are_not_looked_at() -> None:
    validate(PODS, "a", {"spec": pod_spec()})
    validate(DEPLOYMENTS, "web", {"spec": workload_spec("web", 0)})
    validate(SECRETS, "a", {"data": 5})
