from __future__ import annotations

import json
from typing import Any

import pytest

from plimsoll.apimachinery.decoding import Decoded, Decoder, ObjectKind
from plimsoll.apimachinery.schema import from_openapi, schema_of
from plimsoll.errors import ApiError
from plimsoll.kube.resources import (
    CLUSTERROLES,
    CONFIGMAPS,
    EVENTS,
    HORIZONTALPODAUTOSCALERS,
    LEASES,
    NETWORKPOLICIES,
    PODS,
    SECRETS,
    Object,
    Resource,
)


def decoder(resource: Resource) -> Decoder:
    return Decoder(ObjectKind(resource.group, resource.version, resource.kind), schema_of(resource))


def decode(resource: Resource, value: Any) -> Any:
    return decoder(resource).decode(json.dumps(value).encode()).object


def refusal(resource: Resource, body: Any) -> str:
    with pytest.raises(ApiError) as refused:
        decoder(resource).decode(body if isinstance(body, bytes) else json.dumps(body).encode())
    assert refused.value.code == 400
    assert refused.value.reason == "BadRequest"
    return refused.value.message


def container(**fields: Any) -> Any:
    return {"spec": {"containers": [{"name": "a", **fields}]}}


def test_a_body_may_leave_its_kind_out() -> None:
    assert decode(CONFIGMAPS, {"metadata": {"name": "a"}}) == {
        "kind": "ConfigMap",
        "apiVersion": "v1",
        "metadata": {"name": "a"},
    }


def test_null_is_an_empty_object() -> None:
    assert decoder(CONFIGMAPS).decode(b"null").object["metadata"] == {}


def test_zero_values_vanish_where_go_omits_them() -> None:
    pod = decode(PODS, container(image="", env=[], tty=False, livenessProbe={}, restartPolicy=""))
    assert pod["spec"]["containers"] == [{"name": "a", "resources": {}, "livenessProbe": {}, "restartPolicy": ""}]


def test_structures_show_also_where_nothing_is_in_them() -> None:
    assert decode(PODS, {}) == {
        "kind": "Pod",
        "apiVersion": "v1",
        "metadata": {},
        "spec": {"containers": None},
        "status": {},
    }


def test_times_of_events_show_as_null() -> None:
    event = decode(EVENTS, {"involvedObject": {"name": "x"}})
    assert event["firstTimestamp"] is None
    assert event["eventTime"] is None
    assert event["source"] == {}
    assert event["reportingComponent"] == ""


def test_an_empty_list_that_must_be_written_is_null() -> None:
    assert decode(CLUSTERROLES, {"rules": []})["rules"] is None


def test_an_empty_list_that_may_be_left_out_is() -> None:
    assert decode(NETWORKPOLICIES, {"spec": {"podSelector": {}, "ingress": []}})["spec"] == {"podSelector": {}}


def test_nulls_in_maps_and_lists_are_their_zero_values() -> None:
    assert decode(CONFIGMAPS, {"data": {"a": None, "b": "c"}})["data"] == {"a": "", "b": "c"}
    assert decode(SECRETS, {"data": {"a": None}})["data"] == {"a": ""}
    empty = {"name": "", "resources": {}}
    assert decode(PODS, {"spec": {"containers": [None]}})["spec"]["containers"] == [empty]


def test_quantities_become_canonical_also_from_numbers() -> None:
    limits = {"cpu": "1000m", "memory": 2000, "nvidia.com/gpu": 1, "x/y": 0.5}
    resources = decode(PODS, container(resources={"limits": limits}))["spec"]["containers"][0]["resources"]
    assert resources == {"limits": {"cpu": "1", "memory": "2k", "nvidia.com/gpu": "1", "x/y": "500m"}}


@pytest.mark.parametrize(
    ("given", "written"),
    [
        ("2020-01-02T03:04:05Z", "2020-01-02T03:04:05Z"),
        ("2020-01-02T03:04:05.9Z", "2020-01-02T03:04:05Z"),
        ("2020-01-01T00:30:00+02:00", "2019-12-31T22:30:00Z"),
    ],
)
def test_times_are_written_in_whole_seconds_of_utc(given: str, written: str) -> None:
    assert decode(PODS, {"metadata": {"deletionTimestamp": given}})["metadata"]["deletionTimestamp"] == written


def test_the_zero_time_is_none() -> None:
    assert (
        "creationTimestamp" not in decode(PODS, {"metadata": {"creationTimestamp": "0001-01-01T00:00:00Z"}})["metadata"]
    )


def test_micro_times_keep_their_decimals() -> None:
    lease = decode(LEASES, {"spec": {"renewTime": "2020-01-01T00:00:00.123456+02:00"}})
    assert lease["spec"] == {"renewTime": "2019-12-31T22:00:00.123456Z"}


def test_secrets_keep_what_decodes_to_the_same_bytes() -> None:
    assert decode(SECRETS, {"data": {"a": "YQ==\n", "b": "YR=="}})["data"] == {"a": "YQ==", "b": "YQ=="}


IN_A_POD = 'Pod in version "v1" cannot be handled as a Pod: '


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        (container(ports=[{"containerPort": "80"}]), "string into Go struct field ContainerPort.spec.containers.ports.containerPort of type int32"),
        (container(ports=[{"containerPort": 80.5}]), "number 80.5 into Go struct field ContainerPort.spec.containers.ports.containerPort of type int32"),
        (container(tty="yes"), "string into Go struct field Container.spec.containers.tty of type bool"),
        ({"spec": {"containers": "a"}}, "string into Go struct field PodSpec.spec.containers of type []v1.Container"),
        ({"spec": {"priority": 2**31}}, "number 2147483648 into Go struct field PodSpec.spec.priority of type int32"),
        ({"metadata": {"labels": 5}}, "number into Go struct field ObjectMeta.metadata.labels of type map[string]string"),
        ({"metadata": {"labels": {"a": 5}}}, "number into Go struct field ObjectMeta.metadata.labels of type string"),
        ({"metadata": "x"}, "string into Go struct field Pod.metadata of type v1.ObjectMeta"),
        ({"spec": {"containers": [{"command": {}}]}}, "object into Go struct field Container.spec.containers.command of type []string"),
    ],
)  # fmt: skip
def test_values_of_a_wrong_type_are_refused_in_gos_words(body: Any, problem: str) -> None:
    assert refusal(PODS, body) == f"{IN_A_POD}json: cannot unmarshal {problem}"


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        (container(resources={"limits": {"cpu": "abc"}}), "quantities must match the regular expression"),
        (container(resources={"limits": {"cpu": True}}), "quantities must match the regular expression"),
        (container(livenessProbe={"httpGet": {"port": True}}), "json: cannot unmarshal bool into Go struct field"),
        ({"metadata": {"deletionTimestamp": "soon"}}, 'parsing time "soon" as "2006-01-02T15:04:05Z07:00"'),
        (
            {"metadata": {"deletionTimestamp": 5}},
            "number into Go struct field ObjectMeta.metadata.deletionTimestamp of type string",
        ),
    ],
)
def test_values_that_say_nothing_are_refused(body: Any, problem: str) -> None:
    assert problem in refusal(PODS, body)


def test_a_lease_without_decimals_is_refused() -> None:
    message = refusal(LEASES, {"spec": {"renewTime": "2020-01-01T00:00:00Z"}})
    assert message.endswith('cannot parse "Z" as ".000000"')


@pytest.mark.parametrize(("text", "place"), [("YQ", 0), ("YQ==YQ==", 4), ("YWJj!", 4), (5, None)])
def test_what_is_no_base64_is_refused(text: str, place: int | None) -> None:
    message = refusal(SECRETS, {"data": {"a": text}})
    assert message.endswith(f"illegal base64 data at input byte {place}" if place is not None else "of type []uint8")


def test_an_empty_body_is_refused() -> None:
    assert refusal(CONFIGMAPS, b"") == (
        "the object provided is unrecognized (must be of type ConfigMap): "
        "couldn't get version/kind; json parse error: unexpected end of JSON input (<empty>)"
    )


@pytest.mark.parametrize(
    ("body", "end"),
    [
        (b"{this is not JSON", "({this is not JSON)"),
        (b'{"metadata":{"name":"zzz"}} trailing', '({"metadata":{"name":"zzz"}} tr ...)'),
        (b"[]", "(5b5d)"),
        (b'"text"', "(227465787422)"),
        (b'{"kind":5}', 'field .kind of type string ({"kind":5})'),
    ],
)
def test_a_body_that_is_no_object_is_refused_with_its_beginning(body: Any, end: str) -> None:
    assert refusal(CONFIGMAPS, body).endswith(end)


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (
            {"apiVersion": "v1", "kind": "Secret"},
            "converting (v1.Secret) to (core.ConfigMap): unknown conversion",
        ),
        (
            {"apiVersion": "v1", "kind": "Foo"},
            'no kind "Foo" is registered for version "v1" in scheme "pkg/runtime/scheme.go:111"',
        ),
    ],
)
def test_an_object_of_another_kind_is_refused(body: Any, message: str) -> None:
    assert refusal(CONFIGMAPS, body) == f'{body["kind"]} in version "v1" cannot be handled as a ConfigMap: {message}'


def test_an_object_of_another_version_is_refused() -> None:
    message = refusal(HORIZONTALPODAUTOSCALERS, {"apiVersion": "autoscaling/v1", "kind": "HorizontalPodAutoscaler"})
    assert message == (
        "the API version in the data (autoscaling/v1) does not match the expected API version (autoscaling/v2)"
    )


def test_equal_specs_are_one_object() -> None:
    pods = decoder(PODS)
    first, second = (pods.decode(json.dumps({"metadata": {"name": name}, **container()}).encode()) for name in "ab")
    assert first.object["spec"] is second.object["spec"]


def test_a_spec_with_unknown_fields_is_reported_each_time() -> None:
    pods = decoder(PODS)
    body = json.dumps(container(imagePullpolicy="Always")).encode()
    assert pods.decode(body).problems == pods.decode(body).problems == (
        'unknown field "spec.containers[0].imagePullpolicy"',
    )  # fmt: skip


WIDGET: Any = {
    "type": "object",
    "properties": {
        "spec": {
            "type": "object",
            "properties": {
                "size": {"type": "integer"},
                "note": {"type": "string", "nullable": True},
                "color": {"type": "string", "default": "red"},
                "tags": {"type": "array", "items": {"type": "object", "properties": {"a": {"type": "string"}}}},
                "parts": {"type": "object", "additionalProperties": {"type": "object", "properties": {"a": {}}}},
                "free": {"type": "object", "x-kubernetes-preserve-unknown-fields": True},
                "pod": {"type": "object", "x-kubernetes-embedded-resource": True},
            },
        }
    },
}
WIDGETS = Decoder(ObjectKind("example.com", "v1", "Widget"), from_openapi(WIDGET))
HEAD: Any = {"apiVersion": "example.com/v1", "kind": "Widget", "metadata": {"name": "w"}}


def decode_widget(**fields: Any) -> Decoded:
    return WIDGETS.decode(json.dumps({**HEAD, **fields}).encode())


def test_unknown_fields_of_custom_resources_are_dropped_and_sorted() -> None:
    spec = {"z": 1, "size": 1, "tags": [{"a": "x", "b": 1}], "parts": {"p": {"c": 1}}, "free": {"x": {"y": 1}}}
    decoded = decode_widget(q=1, spec=spec, metadata={"name": "w", "zz": 1, "aa": 2})
    assert decoded.object["spec"] == {"size": 1, "tags": [{"a": "x"}], "parts": {"p": {}}, "free": {"x": {"y": 1}}}
    assert decoded.problems == tuple(
        f'unknown field "{path}"'
        for path in ("metadata.aa", "metadata.zz", "q", "spec.parts.p.c", "spec.tags[0].b", "spec.z")
    )


def test_values_of_custom_resources_are_left_for_the_validation() -> None:
    spec = {"size": "many", "tags": {"not": "a list"}, "parts": [], "free": 5}
    assert decode_widget(spec=spec).object["spec"] == spec


def test_nulls_stay_only_where_they_are_allowed_or_a_default_takes_their_place() -> None:
    spec = {"size": None, "note": None, "color": None, "tags": [None], "free": {"x": None}}
    assert decode_widget(spec=spec).object["spec"] == {
        "note": None,
        "color": None,
        "tags": [None],
        "free": {"x": None},
    }


def test_metadata_of_custom_resources_is_a_structure_also_within_them() -> None:
    decoded = decode_widget(spec={"pod": {"metadata": {"labels": {}, "x": 1}}})
    assert decoded.object["spec"] == {"pod": {"metadata": {}}}
    with pytest.raises(ApiError, match=r"number into Go struct field ObjectMeta\.labels of type string"):
        decode_widget(metadata={"labels": {"a": 5}})


def test_a_custom_resource_of_another_kind_is_decoded_before_that_is_seen() -> None:
    with pytest.raises(ApiError, match="cannot unmarshal number"):
        decode_widget(kind="Gadget", metadata={"name": 5})


@pytest.mark.parametrize("value", [0, [], {}, False])
def test_a_kind_that_is_no_text_is_refused_also_where_it_is_nothing(value: Any) -> None:
    with pytest.raises(ApiError, match=r"into Go struct field \.kind of type string"):
        decode_widget(kind=value)


@pytest.mark.parametrize(
    ("head", "code", "message"),
    [
        ({"kind": None}, 400, "Object 'Kind' is missing in"),
        ({"apiVersion": None}, 400, "the API version in the data () does not match the expected API version"),
        ({"apiVersion": "example.com/v2"}, 400, "the API version in the data (example.com/v2) does not match"),
        ({"kind": "Gadget"}, 422, 'Gadget.example.com "w" is invalid: kind: Invalid value: "Gadget": must be Widget'),
    ],
)
def test_custom_resources_must_say_of_which_kind_they_are(head: Object, code: int, message: str) -> None:
    with pytest.raises(ApiError) as refused:
        decode_widget(**head)
    assert refused.value.code == code
    assert message in refused.value.message
