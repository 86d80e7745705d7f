from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plimsoll.errors import ApiError
from plimsoll.serve.requestinfo import RequestInfo, query_options, request_info

CASES = [
    ("GET", "/api/v1/namespaces/n/pods", "", "list", "pods", "n", "", ""),
    ("GET", "/api/v1/namespaces/n/pods?watch=true", "", "watch", "pods", "n", "", ""),
    ("GET", "/api/v1/namespaces/n/pods?watch", "", "watch", "pods", "n", "", ""),
    ("GET", "/api/v1/namespaces/n/pods?watch=0", "", "list", "pods", "n", "", ""),
    ("GET", "/api/v1/namespaces/n/pods/p?watch=1", "", "get", "pods", "n", "p", ""),
    ("HEAD", "/api/v1/pods", "", "list", "pods", "", "", ""),
    ("GET", "/api/v1/namespaces/n", "", "get", "namespaces", "n", "n", ""),
    ("PUT", "/api/v1/namespaces/n/finalize", "", "update", "namespaces", "n", "n", "finalize"),
    ("GET", "/api/v1/namespaces/status/pods", "", "list", "pods", "status", "", ""),
    ("POST", "/apis/apps/v1/namespaces/n/deployments", "apps", "create", "deployments", "n", "", ""),
    ("DELETE", "/apis/apps/v1/namespaces/n/deployments", "apps", "deletecollection", "deployments", "n", "", ""),
    ("DELETE", "/apis/apps/v1/namespaces/n/deployments/d", "apps", "delete", "deployments", "n", "d", ""),
    ("PATCH", "/apis/apps/v1/namespaces/n/deployments/d/scale", "apps", "patch", "deployments", "n", "d", "scale"),
    ("GET", "/api/v1/watch/namespaces/n/pods", "", "watch", "pods", "n", "", ""),
    ("GET", "/api/v1/watch/namespaces/n/pods/p", "", "watch", "pods", "n", "p", ""),
    ("GET", "/api/v1/namespaces/n/pods/", "", "list", "pods", "n", "", ""),
    ("OPTIONS", "/api/v1/pods", "", "", "pods", "", "", ""),
    ("GET", "/api/v1/namespaces/n/configmaps/a%2Fb", "", "get", "configmaps", "n", "a/b", ""),
]


def read(method: str, target: str) -> RequestInfo:
    path, _, query = target.partition("?")
    return request_info(method, path, query_options(query.encode()))


@pytest.mark.parametrize(("method", "target", "group", "verb", "resource", "namespace", "name", "subresource"), CASES)
def test_a_path_below_a_version_is_about_a_resource(
    method: str, target: str, group: str, verb: str, resource: str, namespace: str, name: str, subresource: str
) -> None:
    info = read(method, target)
    found = (info.group, info.verb, info.resource, info.namespace, info.name, info.subresource)
    assert info.is_resource
    assert found == (group, verb, resource, namespace, name, subresource)


@pytest.mark.parametrize(
    "path", ["/", "/api", "/api/v1", "/api/v1/", "/apis/apps", "/apis/apps/v1", "/healthz/ping", "/x/y/z/a"]
)
def test_every_other_path_is_about_itself(path: str) -> None:
    info = read("GET", path)
    assert not info.is_resource
    assert (info.verb, info.path) == ("get", path)


def test_what_follows_a_subresource_is_kept_for_proxies() -> None:
    info = read("GET", "/api/v1/nodes/n/proxy/metrics/resource")
    assert (info.subresource, info.rest) == ("proxy", "metrics/resource")


def test_a_selector_of_one_name_is_what_a_list_is_authorized_for() -> None:
    assert read("GET", "/api/v1/pods?fieldSelector=metadata.name%3Da").selected_name == "a"
    assert read("GET", "/api/v1/pods?fieldSelector=a=b,metadata.name==a").selected_name == "a"
    assert read("GET", "/api/v1/namespaces/n/pods/p?fieldSelector=metadata.name=a").selected_name == ""


def test_a_verb_alone_names_nothing() -> None:
    with pytest.raises(ApiError, match="unable to determine kind and namespace"):
        read("GET", "/api/v1/watch")


def test_of_a_parameter_given_again_the_first_counts() -> None:
    assert query_options(b"limit=1&limit=2&x=") == {"limit": "1", "x": ""}


@given(
    st.sampled_from(["GET", "POST", "DELETE", "TRACE"]), st.lists(st.text("ab/%2Fwatchpinsve1", max_size=9), max_size=9)
)
def test_no_path_breaks_the_reader(method: str, parts: list[str]) -> None:
    with suppress(ApiError):
        request_info(method, "/" + "/".join(parts), {})
