from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plimsoll.apimachinery.fieldselectors import parse_field_selector
from plimsoll.errors import ApiError
from plimsoll.kube.resources import DEPLOYMENTS, EVENTS, NODES, PODS, Object, Resource

JOBS = Resource("batch", "v1", "jobs", "Job")
WIDGETS = Resource("example.com", "v1", "widgets", "Widget")


def refusal(resource: Resource, text: str, selectable: list[str] | None = None) -> str:
    with pytest.raises(ApiError) as caught:
        parse_field_selector(resource, text, selectable)
    assert (caught.value.code, caught.value.reason) == (400, "BadRequest")
    return caught.value.message


def pod(name: str, **spec: object) -> Object:
    return {"metadata": {"name": name, "namespace": "ns"}, "spec": spec, "status": {"phase": "Running"}}


def test_terms_must_all_be_met() -> None:
    selector = parse_field_selector(PODS, "status.phase==Running,spec.nodeName!=n1")
    assert selector.matches(pod("a", nodeName="n2"))
    assert not selector.matches(pod("b", nodeName="n1"))


def test_an_empty_value_finds_what_is_not_set() -> None:
    assert parse_field_selector(PODS, "spec.nodeName=").matches(pod("a"))
    assert parse_field_selector(PODS, "").matches(pod("a"))


def test_flags_that_are_not_set_are_false() -> None:
    assert parse_field_selector(PODS, "spec.hostNetwork=false").matches(pod("a"))
    assert parse_field_selector(NODES, "spec.unschedulable=false").matches({"metadata": {"name": "n"}})


def test_the_host_of_a_pod_is_its_node() -> None:
    selector = parse_field_selector(PODS, "spec.host=n1")
    assert selector.matches(pod("a", nodeName="n1"))
    assert selector.required("spec.nodeName") == "n1"


def test_the_address_of_a_pod_is_the_first_of_its_list() -> None:
    running = {"metadata": {"name": "a"}, "status": {"podIP": "10.0.0.1", "podIPs": [{"ip": "10.9.9.9"}]}}
    assert parse_field_selector(PODS, "status.podIP=10.9.9.9").matches(running)


def test_the_source_of_an_event_is_its_component_or_who_reports_it() -> None:
    selector = parse_field_selector(EVENTS, "source=kubelet,involvedObject.name=web")
    about = {"kind": "Pod", "name": "web"}
    assert selector.matches({"involvedObject": about, "source": {"component": "kubelet"}})
    assert selector.matches({"involvedObject": about, "reportingComponent": "kubelet"})


def test_fields_of_custom_resources_are_those_of_their_definition() -> None:
    widget = {"metadata": {"name": "w"}, "spec": {"size": 3, "hot": True}}
    assert parse_field_selector(WIDGETS, "spec.size=3,spec.hot=true", [".spec.size", ".spec.hot"]).matches(widget)
    assert refusal(WIDGETS, "spec.color=red", [".spec.size"]) == "field label not supported: spec.color"


def test_fields_that_a_kind_does_not_have_are_refused() -> None:
    assert refusal(PODS, "spec.containers=x") == "field label not supported: spec.containers"
    assert refusal(JOBS, "spec.x=1") == 'field label "spec.x" not supported for Job'
    words = '"spec.replicas" is not a known field selector: only "metadata.name", "metadata.namespace"'
    assert refusal(DEPLOYMENTS, "spec.replicas=1") == words


def test_what_is_no_selector_is_refused() -> None:
    assert refusal(PODS, "nonsense") == "invalid selector: 'nonsense'; can't understand 'nonsense'"
    words = "invalid selector: 'metadata.name in (a,b)'; can't understand 'b)'"
    assert refusal(PODS, "metadata.name in (a,b)") == words
    assert refusal(PODS, r"metadata.name=a\b") == r"invalid field selector: invalid escape sequence: \b"
    assert refusal(PODS, "metadata.name=a\\") == "invalid field selector: invalid escape sequence: \\"
    assert refusal(PODS, "metadata.name===a") == "invalid field selector: unescaped character in value: 61"


@given(st.text(max_size=30))
def test_every_value_can_be_asked_for_once_it_is_escaped(value: str) -> None:
    escaped = value.replace("\\", "\\\\").replace(",", "\\,").replace("=", "\\=")
    selector = parse_field_selector(PODS, f"metadata.name={escaped}")
    assert selector.matches({"metadata": {"name": value}})


@given(st.text(alphabet="metadata.name=!,\\ab ", max_size=40))
def test_any_text_is_a_selector_or_a_bad_request(text: str) -> None:
    with contextlib.suppress(ApiError):
        assert parse_field_selector(PODS, text).matches({}) in {True, False}
