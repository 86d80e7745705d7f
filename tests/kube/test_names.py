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


def test_equal_templates_have_the_same_hash_and_others_another() -> None:
    template = {"metadata": {"labels": {"app": "web", "tier": "front"}}, "spec": {"containers": []}}
    same = {"spec": {"containers": []}, "metadata": {"labels": {"tier": "front", "app": "web"}}}
    hashes = [template_hash(template), template_hash({**template, "spec": {}}), template_hash(template, collisions=1)]

    assert template_hash(same) == hashes[0]
    assert len(set(hashes)) == 3
    assert all(len(text) == 10 and set(text) <= set(SAFE_ALPHABET) for text in hashes)


def test_a_pod_of_an_owner_with_a_long_name_still_has_a_label_for_a_name() -> None:
    assert len(pod_name("x" * 80, random.Random(1))) == LONGEST_LABEL
