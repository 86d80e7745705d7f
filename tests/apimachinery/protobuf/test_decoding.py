from __future__ import annotations

import struct
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plimsoll.apimachinery.protobuf import decode_object


def varint(value: int) -> bytes:
    value &= (1 << 64) - 1
    out = b""
    while value > 0x7F:
        out += bytes([value & 0x7F | 0x80])
        value >>= 7
    return out + bytes([value])


def message(*fields: tuple[int, Any]) -> bytes:
    """A message of numbers, texts, bytes and floats."""
    out = b""
    for number, value in fields:
        match value:
            case bool() | int():
                out += varint(number << 3) + varint(int(value))
            case float():
                out += varint(number << 3 | 1) + struct.pack("<d", value)
            case _:
                content = value.encode() if isinstance(value, str) else value
                out += varint(number << 3 | 2) + varint(len(content)) + content
    return out


def body(api_version: str, kind: str, content: bytes) -> bytes:
    return b"k8s\0" + message((1, message((1, api_version), (2, kind))), (2, content), (3, ""), (4, ""))


def test_a_pod_is_what_json_would_have_said() -> None:
    metadata = message((1, "web"), (3, "team"), (8, message((1, 1_700_000_000))), (11, message((1, "app"), (2, "web"))))
    port = message((1, "http"), (3, 8080))
    resources = message((2, message((1, "cpu"), (2, message((1, "100m"))))))
    probe = message((1, message((2, message((1, "/ready"), (2, message((1, 1), (3, "http"))))))), (2, 5))
    container = message((1, "main"), (2, "nginx"), (4, "run"), (4, "now"), (6, port), (8, resources), (11, probe))
    volume = message((1, "data"), (2, message((2, message((1, ""))))))
    spec = message((1, volume), (2, container), (4, 30), (11, True))
    assert decode_object(body("v1", "Pod", message((1, metadata), (2, spec), (3, b"")))) == {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {
            "name": "web",
            "namespace": "team",
            "creationTimestamp": "2023-11-14T22:13:20Z",
            "labels": {"app": "web"},
        },
        "spec": {
            "volumes": [{"name": "data", "emptyDir": {"medium": ""}}],
            "containers": [
                {
                    "name": "main",
                    "image": "nginx",
                    "args": ["run", "now"],
                    "ports": [{"name": "http", "containerPort": 8080}],
                    "resources": {"requests": {"cpu": "100m"}},
                    "readinessProbe": {"httpGet": {"path": "/ready", "port": "http"}, "initialDelaySeconds": 5},
                }
            ],
            "terminationGracePeriodSeconds": 30,
            "hostNetwork": True,
        },
        "status": {},
    }


def test_bytes_numbers_and_what_stands_for_either_are_told_apart() -> None:
    secret = message((1, message((1, "s"))), (2, message((1, "key"), (2, b"\xff"))))
    assert decode_object(body("v1", "Secret", secret))["data"] == {"key": "/w=="}
    update = message((2, message((1, 0), (2, 2))))
    strategy = message((1, "RollingUpdate"), (2, update))
    deployment = message((2, message((1, -1), (4, strategy))))
    spec = decode_object(body("apps/v1", "Deployment", deployment))["spec"]
    assert spec == {"replicas": -1, "strategy": {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": 2}}}


def test_schemas_of_custom_resources_keep_their_odd_names() -> None:
    items = message((1, message((5, "string"))))
    schema = message((3, "#/x"), (5, "array"), (9, 1.0), (24, items), (38, True))
    validation = message((1, schema))
    version = message((1, "v1"), (4, validation))
    definition = body("apiextensions.k8s.io/v1", "CustomResourceDefinition", message((2, message((7, version)))))
    found = decode_object(definition)["spec"]["versions"][0]["schema"]["openAPIV3Schema"]
    assert found["$ref"] == "#/x"
    assert found["maximum"] == 1
    assert found["x-kubernetes-preserve-unknown-fields"] is True


def test_options_of_deletions_may_be_of_any_group() -> None:
    options = body("apps/v1", "DeleteOptions", message((1, 0), (4, "Foreground"), (2, message((1, "uid")))))
    assert decode_object(options) == {
        "apiVersion": "apps/v1",
        "kind": "DeleteOptions",
        "gracePeriodSeconds": 0,
        "propagationPolicy": "Foreground",
        "preconditions": {"uid": "uid"},
    }


def test_fields_of_a_later_version_are_passed_over() -> None:
    assert decode_object(body("v1", "ConfigMap", message((1, message((1, "c"))), (99, "new"), (98, 1)))) == {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": "c"},
    }


@pytest.mark.parametrize(
    "content",
    [b"", b"{}", b"k8s\0\xff", body("v1", "Nonsense", b""), body("v1", "Pod", b"\x0a\x7f"), body("v1", "Pod", b"\x0b")],
)
def test_what_is_malformed_is_refused(content: bytes) -> None:
    with pytest.raises(ValueError, match=r"."):
        decode_object(content)


@given(st.binary(max_size=60))
def test_no_bytes_break_the_decoder(content: bytes) -> None:
    for kind in ("Pod", "Secret", "DeleteOptions"):
        try:
            assert decode_object(body("v1", kind, content))["kind"] == kind
        except ValueError:
            continue
