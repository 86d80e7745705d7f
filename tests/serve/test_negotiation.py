from __future__ import annotations

import pytest

from plimsoll.errors import ApiError
from plimsoll.serve.negotiation import PLAIN, discovery_version, negotiate, wants_pretty

TABLE = "application/json;as=Table;v=v1;g=meta.k8s.io"


@pytest.mark.parametrize(
    "accept",
    [
        "",
        "*/*",
        "application/*",
        "application/json",
        "application/vnd.kubernetes.protobuf,application/json",
        "text/html, */*",
    ],
)
def test_json_is_what_nearly_everybody_gets(accept: str) -> None:
    assert negotiate(accept).media_type == PLAIN.media_type
    assert negotiate(accept).form == "object"


def test_the_first_of_several_forms_wins() -> None:
    assert negotiate(f"{TABLE},application/json").form == "table"
    assert negotiate(f"application/json,{TABLE}").form == "object"


def test_quality_comes_before_order() -> None:
    assert negotiate("application/yaml;q=0.4,application/json;q=0.9").media_type == "application/json"
    assert negotiate("application/yaml").media_type == "application/yaml"


def test_a_form_that_is_not_known_falls_back_to_the_next() -> None:
    assert negotiate("application/json;as=Table;v=v9;g=meta.k8s.io,application/json").form == "object"


def test_a_media_type_that_is_not_served_is_refused_with_those_that_are() -> None:
    with pytest.raises(
        ApiError, match="406: Not Acceptable\n\nAvailable representations: application/json, "
    ) as refusal:
        negotiate("text/csv")
    assert refusal.value.code == 406
    assert refusal.value.details == {}


def test_a_form_that_is_not_served_is_refused_in_other_words() -> None:
    with pytest.raises(ApiError, match="only the following media types are accepted: application/json, ") as refusal:
        negotiate("application/json;as=Nonsense;v=v1;g=meta.k8s.io")
    assert refusal.value.details is None


def test_watches_are_not_to_be_had_as_yaml() -> None:
    with pytest.raises(ApiError, match="application/json;stream=watch"):
        negotiate("application/yaml", stream=True)
    assert negotiate("application/json;stream=watch", stream=True).content_type == b"application/json;stream=watch"


def test_people_get_indented_answers_and_programs_do_not() -> None:
    assert wants_pretty({}, "curl/8")
    assert not wants_pretty({"pretty": "false"}, "curl/8")
    assert wants_pretty({"pretty": "true"}, "kubectl")
    assert not wants_pretty({}, "kubectl")


def test_aggregated_discovery_is_for_those_who_ask_for_it_first() -> None:
    aggregated = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList"
    assert discovery_version(f"{aggregated},application/json") == "v2"
    assert discovery_version(f"application/json,{aggregated}") is None
