from __future__ import annotations

from typing import Any

from plimsoll.apimachinery.kinds import Catalogue
from plimsoll.apimachinery.kinds.customkinds import TERMINATING_VERBS, VERBS, custom_resources


def definition(
    plural: str = "widgets",
    versions: Any = ("v1",),
    group: str = "example.com",
    conditions: tuple[str, ...] = ("Established",),
) -> Any:
    kind = plural.removesuffix("s").title()
    names = {"plural": plural, "kind": kind, "singular": kind.lower(), "shortNames": ["wi"], "listKind": f"{kind}List"}
    return {
        "spec": {
            "group": group,
            "scope": "Namespaced",
            "names": names,
            "versions": [
                {"name": version, "served": True, "storage": version == versions[0], "subresources": {"status": {}}}
                for version in versions
            ],
        },
        "status": {
            "acceptedNames": names,
            "conditions": [{"type": condition, "status": "True"} for condition in conditions],
        },
    }


def test_an_established_definition_is_served_in_each_of_its_versions() -> None:
    rows = custom_resources([definition(versions=("v1beta1", "v1", "v2"))])
    assert [row.resource.version for row in rows] == ["v2", "v1", "v1beta1"]
    assert rows[0].verbs == VERBS
    assert rows[0].short_names == ("wi",)
    assert [subresource.name for subresource in rows[0].subresources] == ["status"]
    assert rows[0].is_custom


def test_versions_that_are_not_served_are_not_there() -> None:
    undone = definition(versions=("v1", "v2"))
    undone["spec"]["versions"][1]["served"] = False
    assert [row.resource.version for row in custom_resources([undone])] == ["v1"]


def test_a_definition_whose_names_were_not_accepted_is_not_served() -> None:
    assert custom_resources([definition(conditions=())]) == ()


def test_a_definition_that_is_going_takes_no_more_objects() -> None:
    (row,) = custom_resources([definition(conditions=("Established", "Terminating"))])
    assert row.verbs == TERMINATING_VERBS


def test_all_versions_have_the_hash_of_the_stored_one() -> None:
    rows = custom_resources([definition(versions=("v1", "v2"))])
    assert len({row.storage_version_hash for row in rows}) == 1


def test_groups_of_custom_resources_stand_between_the_built_in_ones_and_metrics() -> None:
    catalogue = Catalogue([definition(group="b.example"), definition(group="a.example")])
    assert catalogue.groups[-3:] == ["a.example", "b.example", "metrics.k8s.io"]
    assert catalogue.find("a.example", "v1", "widgets") is not None
    assert catalogue.of_kind("a.example", "v1", "Widget") is not None
