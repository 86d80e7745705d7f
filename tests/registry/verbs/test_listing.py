"""Lists: pages, revisions, selectors, and what is refused."""

from __future__ import annotations

import pytest

from plimsoll.errors import ApiError
from tests.registry.clusters import Served

SECRETS = ("", "v1", "secrets")


@pytest.fixture
def served() -> Served:
    cluster = Served()
    for name in "abcde":
        cluster.create(SECRETS, {"metadata": {"name": name, "labels": {"odd": str(name in "ace").lower()}}})
    return cluster


def names(served: Served, **options: str) -> list[str]:
    return [item["metadata"]["name"] for item in served.listing(SECRETS, **options).items]


def test_pages_show_what_was_there_at_the_first(served: Served) -> None:
    first = served.listing(SECRETS, limit="2")
    assert first.remaining == 3
    served.ask("delete", SECRETS, "d")
    served.create(SECRETS, {"metadata": {"name": "bb"}})
    assert names(served, limit="9", **{"continue": first.continue_token}) == ["c", "d", "e"]


def test_a_limit_with_a_selector_counts_what_matches_and_does_not_say_what_remains(served: Served) -> None:
    page = served.listing(SECRETS, limit="2", labelSelector="odd=true")
    assert [item["metadata"]["name"] for item in page.items] == ["a", "c"]
    assert page.remaining is None
    assert page.continue_token


def test_a_revision_can_be_asked_for_exactly(served: Served) -> None:
    then = served.listing(SECRETS).resource_version
    served.ask("delete", SECRETS, "a")
    assert names(served, resourceVersion=then, resourceVersionMatch="Exact") == list("abcde")
    assert names(served, resourceVersion=then, resourceVersionMatch="NotOlderThan") == list("bcde")


def test_a_revision_that_is_not_there_yet_is_worth_another_try(served: Served) -> None:
    with pytest.raises(ApiError, match="Too large resource version") as refusal:
        served.listing(SECRETS, resourceVersion="99999999")
    assert refusal.value.code == 504
    assert refusal.value.retry_after_seconds == 1.0


def test_a_forgotten_revision_has_expired(served: Served) -> None:
    page = served.listing(SECRETS, limit="2")
    served.ask("delete", SECRETS, "e")
    store = served.cluster.store
    store.compact(store.revision)
    with pytest.raises(ApiError, match="too old to display a consistent list") as refusal:
        served.listing(SECRETS, limit="2", **{"continue": page.continue_token})
    assert names(served, **{"continue": refusal.value.continue_token}) == ["c", "d"]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"limit": "many"}, 'strconv.ParseInt: parsing "many": invalid syntax'),
        ({"labelSelector": "a===b"}, "unable to parse requirement: found '=', expected: identifier"),
        ({"labelSelector": "a in"}, r"unable to parse requirement: found '' expected: '\('"),
        ({"labelSelector": "a b"}, "found 'b', expected: in, notin, =, ==, !=, gt, lt"),
        ({"fieldSelector": "spec.x=1"}, '"spec.x" is not a known field selector|field label not supported'),
        ({"resourceVersionMatch": "Exact"}, "resourceVersionMatch is forbidden unless resourceVersion is provided"),
        ({"continue": "x"}, "invalid continue token"),
    ],
)
def test_options_that_make_no_sense_are_refused(served: Served, options: dict[str, str], message: str) -> None:
    with pytest.raises(ApiError, match=message):
        served.listing(SECRETS, **options)


@pytest.mark.parametrize(
    ("selector", "selected"),
    [
        ("odd", list("abcde")),
        ("!odd", []),
        ("odd in (true,other)", list("ace")),
        ("odd notin (true)", list("bd")),
        ("odd!=true", list("bd")),
        ("odd == true,odd", list("ace")),
        ("in in (in)", []),
        ("odd in ()", []),
    ],
)
def test_labels_select(served: Served, selector: str, selected: list[str]) -> None:
    assert names(served, labelSelector=selector) == selected
