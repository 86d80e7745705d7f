from __future__ import annotations

from typing import Any

from plimsoll.apimachinery.customresources import (
    accepted,
    definition_with_defaults,
    established,
    prepare_definition_create,
)

NOW, LATER = "2024-01-01T00:00:00Z", "2024-01-01T00:00:05Z"


def definition(plural: str, kind: str, group: str = "example.com", **names: Any) -> dict[str, Any]:
    spec = {
        "group": group,
        "scope": "Cluster",
        "names": {"plural": plural, "kind": kind, **names},
        "versions": [{"name": "v1", "served": True, "storage": True}],
    }
    value = {"metadata": {"name": f"{plural}.{group}"}, "spec": spec}
    return prepare_definition_create(definition_with_defaults(value))


def conditions(value: dict[str, Any]) -> dict[str, Any]:
    return {entry["type"]: (entry["status"], entry["reason"]) for entry in value["status"]["conditions"]}


def test_names_that_nobody_has_are_accepted_and_then_served() -> None:
    waiting = accepted(definition("widgets", "Widget", shortNames=["wi"], categories=["all"]), [], NOW)
    served = established(waiting, LATER)

    assert waiting["status"]["acceptedNames"] == {
        "plural": "widgets",
        "singular": "widget",
        "shortNames": ["wi"],
        "kind": "Widget",
        "listKind": "WidgetList",
        "categories": ["all"],
    }
    assert conditions(waiting) == {"NamesAccepted": ("True", "NoConflicts"), "Established": ("False", "Installing")}
    assert served["status"]["conditions"] == [
        {
            "type": "NamesAccepted",
            "status": "True",
            "lastTransitionTime": NOW,
            "reason": "NoConflicts",
            "message": "no conflicts found",
        },
        {
            "type": "Established",
            "status": "True",
            "lastTransitionTime": LATER,
            "reason": "InitialNamesAccepted",
            "message": "the initial names have been accepted",
        },
    ]


def test_what_is_decided_stays_as_it_is() -> None:
    served = established(accepted(definition("widgets", "Widget"), [], NOW), NOW)

    assert accepted(served, [], LATER) is served
    assert established(served, LATER) is served


def test_names_that_others_have_are_not_given_twice() -> None:
    first = accepted(definition("widgets", "Widget", shortNames=["wi"]), [], NOW)
    second = accepted(definition("wigs", "Widget", shortNames=["wi", "wg"]), [first], NOW)

    assert conditions(second) == {
        "NamesAccepted": ("False", "ListKindConflict"),
        "Established": ("False", "NotAccepted"),
    }
    assert second["status"]["conditions"][0]["message"] == '"WidgetList" is already in use'
    assert second["status"]["acceptedNames"] == {"plural": "wigs", "kind": ""}
    assert established(second, NOW) is second


def test_other_groups_have_names_of_their_own() -> None:
    first = accepted(definition("widgets", "Widget"), [], NOW)
    second = accepted(definition("widgets", "Widget", group="example.org"), [first], NOW)

    assert conditions(second)["NamesAccepted"] == ("True", "NoConflicts")


def test_a_definition_that_is_served_stays_so_when_it_asks_for_a_name_that_is_taken() -> None:
    first = accepted(definition("widgets", "Widget", shortNames=["wi"]), [], NOW)
    second = established(accepted(definition("gizmos", "Gizmo"), [first], NOW), NOW)
    names = {**second["spec"]["names"], "shortNames": ["wi"]}
    asking = accepted({**second, "spec": {**second["spec"], "names": names}}, [first, second], LATER)

    assert conditions(asking) == {
        "NamesAccepted": ("False", "ShortNamesConflict"),
        "Established": ("True", "InitialNamesAccepted"),
    }
