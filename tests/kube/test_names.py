from __future__ import annotations

import random

import pytest

from plimsoll.kube.names import LONGEST_LABEL, SAFE_ALPHABET, is_label, pod_name, pod_suffix, template_hash


@pytest.mark.parametrize("name", ["a", "web-0", "0", "x" * 63])
def test_a_dns_label_is_accepted(name: str) -> None:
    assert is_label(name)


@pytest.mark.parametrize("name", ["", "-a", "a-", "A", "a_b", "a.b", "x" * 64, "a\n", "ä"])
def test_what_is_no_dns_label_is_refused(name: str) -> None:
    assert not is_label(name)


def test_a_suffix_has_five_characters_that_make_no_words() -> None:
    suffix = pod_suffix(random.Random(1))

    assert len(suffix) == 5
    assert not set(suffix) & set("aeiou013")


def test_the_same_stream_gives_the_same_names() -> None:
    assert pod_name("web", random.Random(7)) == pod_name("web", random.Random(7))


def test_a_template_hash_has_ten_characters_that_make_no_words() -> None:
    text = template_hash(random.Random(1))

    assert len(text) == 10
    assert set(text) <= set(SAFE_ALPHABET)


def test_a_pod_of_an_owner_with_a_long_name_still_has_a_label_for_a_name() -> None:
    assert len(pod_name("x" * 80, random.Random(1))) == LONGEST_LABEL
