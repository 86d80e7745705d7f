"""Creating objects: names, what clients cannot set, dry runs, and objects that are like others."""

from __future__ import annotations

from typing import Any

import pytest

from plimsoll.errors import ApiError
from plimsoll.kube.resources import Object
from plimsoll.registry.requests import Payload
from tests.registry.clusters import Served

CONFIGMAPS = ("", "v1", "configmaps")
LIMITRANGES = ("", "v1", "limitranges")
PODS = ("", "v1", "pods")
SECRETS = ("", "v1", "secrets")


def pod(name: str, **metadata: Any) -> Object:
    container = {"name": "app", "image": "registry.example/app:1"}
    return {"metadata": {"name": name, **metadata}, "spec": {"schedulerName": "none", "containers": [container]}}


@pytest.fixture
def served() -> Served:
    return Served()


def test_a_name_is_made_up_from_its_beginning(served: Served) -> None:
    created = served.create(CONFIGMAPS, {"metadata": {"generateName": "c-"}})
    name = created["metadata"]["name"]
    assert name.startswith("c-")
    assert len(name) == len("c-") + 5


def test_without_a_name_or_its_beginning_nothing_is_created(served: Served) -> None:
    with pytest.raises(ApiError, match="name or generateName is required"):
        served.create(CONFIGMAPS, {"metadata": {}})


def test_what_only_the_server_sets_is_not_taken_from_a_body(served: Served) -> None:
    given = {"name": "a", "uid": "mine", "creationTimestamp": "2001-01-01T00:00:00Z", "selfLink": "x"}
    metadata = served.create(CONFIGMAPS, {"metadata": given})["metadata"]
    assert metadata["uid"] != "mine"
    assert not metadata["creationTimestamp"].startswith("2001")
    assert "selfLink" not in metadata


def test_a_body_for_another_namespace_is_refused(served: Served) -> None:
    with pytest.raises(ApiError, match="does not match the namespace sent on the request"):
        served.create(CONFIGMAPS, {"metadata": {"name": "a", "namespace": "other"}})


def test_a_dry_run_stores_nothing(served: Served) -> None:
    answered = served.create(CONFIGMAPS, {"metadata": {"name": "a"}}, options={"dryRun": "All"})
    assert "resourceVersion" not in answered["metadata"]
    with pytest.raises(ApiError, match="not found"):
        served.get(CONFIGMAPS, "a")


def test_equal_owner_references_are_kept_once_and_warned_of(served: Served) -> None:
    owner = {"apiVersion": "v1", "kind": "ConfigMap", "name": "o", "uid": "u"}
    body = {"metadata": {"name": "a", "ownerReferences": [owner, dict(owner)]}}
    answer = served.ask("create", CONFIGMAPS, body=body)
    assert isinstance(answer.object, dict)
    assert answer.object["metadata"]["ownerReferences"] == [owner]
    assert "duplicate UID(s) observed: u" in answer.warnings[0]


def test_pods_that_differ_in_their_names_share_everything_else(served: Served) -> None:
    first, second = (served.create(PODS, pod(name)) for name in ("a", "b"))
    assert second["spec"] is first["spec"] or second["spec"] == first["spec"]
    third = served.create(PODS, pod("c"))
    assert third["spec"] is second["spec"]
    assert third["metadata"]["uid"] != second["metadata"]["uid"]
    assert third["metadata"]["name"] == "c"


def test_pods_that_differ_in_their_labels_share_the_rest(served: Served) -> None:
    pods = [served.create(PODS, pod(name, labels={"app": "x", "index": name})) for name in ("a", "b", "c")]
    assert pods[2]["spec"] is pods[1]["spec"]
    assert [each["metadata"]["labels"]["index"] for each in pods] == ["a", "b", "c"]
    with pytest.raises(ApiError, match="a valid label must be"):
        served.create(PODS, pod("d", labels={"app": "x", "index": "not ok!"}))


def with_variables(name: str, **values: Any) -> dict[str, Any]:
    body = pod(name)
    body["spec"]["containers"][0]["env"] = [{"name": key, "value": value} for key, value in values.items()]
    return body


def variables(stored: dict[str, Any]) -> list[Any]:
    return [variable.get("value") for variable in stored["spec"]["containers"][0]["env"]]


def test_pods_that_differ_in_a_variable_share_the_rest(served: Served) -> None:
    pods = [served.create(PODS, with_variables(name, INDEX=name, MODE="all")) for name in ("a", "b", "c")]
    assert [variables(each) for each in pods] == [["a", "all"], ["b", "all"], ["c", "all"]]
    assert pods[2]["spec"]["tolerations"] is pods[1]["spec"]["tolerations"]
    assert pods[2]["metadata"]["managedFields"] == pods[0]["metadata"]["managedFields"]
    again = served.create(PODS, with_variables("d", INDEX="c", MODE="all"))
    assert again["spec"] is pods[2]["spec"]


def test_variables_without_a_value_or_with_no_text_are_not_taken_for_others(served: Served) -> None:
    served.create(PODS, with_variables("a", INDEX="a"))
    assert variables(served.create(PODS, with_variables("b", INDEX=""))) == [None]
    assert variables(served.create(PODS, with_variables("c", INDEX="c"))) == ["c"]
    for wrong in (1, True, ["a"]):
        with pytest.raises(ApiError, match="cannot unmarshal"):
            served.create(PODS, with_variables("d", INDEX=wrong))


def test_variables_that_refer_to_others_are_looked_at_each_time(served: Served) -> None:
    answers = [
        served.ask("create", PODS, body=with_variables("a", X="1")),
        served.ask("create", PODS, body=with_variables("b", X="$(Y)")),
    ]
    for number, value in enumerate(("2", "$(X)", "3")):
        body = with_variables(f"twice-{number}", X="1")
        body["spec"]["containers"][0]["env"].append({"name": "X", "value": value})
        answers.append(served.ask("create", PODS, body=body))
    assert [len(answer.warnings) for answer in answers] == [0, 0, 1, 1, 1]


def test_a_pod_whose_constraints_look_at_its_labels_is_made_for_itself(served: Served) -> None:
    constraint = {
        "maxSkew": 1,
        "topologyKey": "kubernetes.io/hostname",
        "whenUnsatisfiable": "DoNotSchedule",
        "labelSelector": {"matchLabels": {"app": "x"}},
        "matchLabelKeys": ["index"],
    }
    for name in ("a", "b"):
        body = pod(name, labels={"app": "x", "index": name})
        body["spec"]["topologySpreadConstraints"] = [constraint]
        spread = served.create(PODS, body)["spec"]["topologySpreadConstraints"][0]
        assert {"key": "index", "operator": "In", "values": [name]} in spread["labelSelector"]["matchExpressions"]


def test_a_pod_like_others_is_not_created_twice(served: Served) -> None:
    served.create(PODS, pod("a"))
    served.create(PODS, pod("b"))
    with pytest.raises(ApiError, match='pods "b" already exists'):
        served.create(PODS, pod("b"))


def test_a_limit_range_holds_for_pods_like_those_before_it(served: Served) -> None:
    served.create(PODS, pod("a"))
    limit = {"type": "Container", "max": {"cpu": "1"}, "default": {"cpu": "1"}}
    served.create(LIMITRANGES, {"metadata": {"name": "l"}, "spec": {"limits": [limit]}})
    assert served.create(PODS, pod("b"))["spec"]["containers"][0]["resources"]["limits"] == {"cpu": "1"}


def test_a_body_with_a_key_twice_is_warned_of_although_such_an_object_is_known(served: Served) -> None:
    plain = b'{"metadata":{"name":"a"},"data":{"k":"Mg=="}}'
    twice = b'{"metadata":{"name":"b"},"data":{"k":"MQ==","k":"Mg=="}}'
    assert served.ask("create", SECRETS, body=Payload(plain)).warnings == ()
    assert served.ask("create", SECRETS, body=Payload(twice)).warnings == ('duplicate field "data.k"',)


def test_writers_are_told_apart_although_they_write_the_same(served: Served) -> None:
    managers = [
        served.create(SECRETS, {"metadata": {"name": name}, "type": "a"}, options={"fieldManager": name})["metadata"]
        for name in ("one", "two", "three")
    ]
    assert [metadata["managedFields"][0]["manager"] for metadata in managers] == ["one", "two", "three"]


def test_nothing_is_created_in_a_namespace_that_goes(served: Served) -> None:
    served.create(SECRETS, {"metadata": {"name": "a"}})
    served.ask("delete", ("", "v1", "namespaces"), "team")
    with pytest.raises(ApiError, match="because it is being terminated") as refusal:
        served.create(SECRETS, {"metadata": {"name": "b"}})
    causes: Any = (refusal.value.details or {})["causes"]
    assert causes[0]["reason"] == "NamespaceTerminating"
