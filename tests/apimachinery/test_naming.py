from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from plimsoll.apimachinery import naming
from plimsoll.kernel.randomness import Random


def test_a_name_of_an_object_is_a_subdomain() -> None:
    assert naming.dns_subdomain("a-1.example.com") == ()
    words = (
        "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start "
        "and end with an alphanumeric character (e.g. 'example.com', regex used for validation is "
        r"'[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')"
    )
    assert naming.dns_subdomain("Not_A_Name") == (words,)
    assert naming.dns_subdomain("n" * 254) == ("must be no more than 253 characters",)


def test_a_label_with_a_dot_is_told_about_the_dot() -> None:
    assert naming.dns_label("a.b") == ("must not contain dots",)
    assert naming.dns_label("-a")[0].startswith("a lowercase RFC 1123 label must consist of")


def test_labels_are_measured_in_bytes_and_names_in_characters() -> None:
    assert naming.label_value("v" * 64) == ("must be no more than 63 bytes",)
    assert naming.qualified_name("k" * 64) == ("name part must be no more than 63 bytes",)
    assert naming.qualified_name("p" * 254 + "/a") == ("prefix part must be no more than 253 bytes",)


def test_a_key_has_at_most_one_slash_and_a_name_after_it() -> None:
    assert naming.qualified_name("example.com/role") == ()
    assert naming.qualified_name("/role") == ("prefix part must be non-empty",)
    assert naming.qualified_name("example.com/")[0] == "name part must be non-empty"
    assert naming.qualified_name("a/b/c")[0].startswith("a valid label key must consist of")


def test_a_port_name_tells_everything_that_is_wrong_with_it() -> None:
    assert naming.port_name("http-2") == ()
    assert naming.port_name("--") == (
        "must contain at least one letter (a-z)",
        "must not contain consecutive hyphens",
        "must not begin or end with a hyphen",
    )


def test_a_key_of_a_config_map_is_no_way_out_of_its_directory() -> None:
    assert naming.config_key("a_b.c-D") == ()
    assert naming.config_key("..") == ("must not be '..'",)
    assert naming.config_key("..a") == ("must not start with '..'",)


def test_roles_may_be_named_almost_anything() -> None:
    assert naming.path_segment("system:node") == ()
    assert naming.path_segment("a/b%c") == ("may not contain '/'", "may not contain '%'")
    assert naming.path_segment("..") == ("may not be '..'",)


def test_the_base_of_a_generated_name_is_cut_so_that_a_label_results() -> None:
    name = naming.generated_name("b" * 80, Random(1))
    assert len(name) == 63
    assert set(name[58:]) <= set("bcdfghjklmnpqrstvwxz2456789")


def test_a_dash_at_the_end_is_right_where_a_name_will_go_on() -> None:
    assert naming.of_prefix(naming.dns_subdomain)("web-") == ()
    assert naming.of_prefix(naming.dns_subdomain)("Web-") != ()


@given(st.text(max_size=80))
def test_what_is_a_label_is_a_subdomain_too(value: str) -> None:
    if not naming.dns_label(value):
        assert naming.dns_subdomain(value) == ()
        assert naming.label_value(value) == ()
