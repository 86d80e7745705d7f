from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from scripts.extract_schemas import GoTypes, describe_type, read_components

GO = """package v1

type Thing struct {
	Meta `json:",inline"`
	// how many
	Size int32 `json:"size" protobuf:"varint,1"`
	Limit *int64 `json:"limit,omitempty"`
	Names []string `json:"names,omitempty" patchStrategy:"merge"`
	Of []Material `json:"of,omitempty"`
	Born Time `json:"born,omitempty,omitzero"`
}

// +enum
// What a thing is made of.
type Material string

const (
	Wood  Material = "Wood"
	Glass Material = "Glass"
	Other string   = "Other"
)

type Meta struct {
	Kind string `json:"kind,omitempty"`
}
"""
THING = {
    "description": "prose that must not be kept",
    "type": "object",
    "required": ["size"],
    "x-kubernetes-group-version-kind": [{"group": "", "kind": "Thing", "version": "v1"}],
    "properties": {
        "kind": {"type": "string", "description": "prose"},
        "size": {"type": "integer", "format": "int32", "default": 0},
        "limit": {"type": "integer", "format": "int64"},
        "names": {"type": "array", "items": {"type": "string"}, "x-kubernetes-patch-strategy": "merge"},
        "of": {"type": "array", "items": {"type": "string"}},
        "born": {"allOf": [{"$ref": "#/components/schemas/io.k8s.api.core.v1.Time"}], "description": "prose"},
    },
}
NAME = "io.k8s.api.core.v1.Thing"


def facts(tmp_path: Path) -> Any:
    package = tmp_path / "api@v0.36.3/core/v1"
    package.mkdir(parents=True)
    (package / "types.go").write_text(GO)
    go_types = GoTypes(tmp_path)
    return describe_type(THING, go_types.fields(NAME), go_types.enums(NAME))


def test_facts_are_kept_and_prose_is_not(tmp_path: Path) -> None:
    extracted = facts(tmp_path)
    assert "prose" not in json.dumps(extracted)
    assert extracted["required"] == ["size"]
    assert extracted["kinds"] == [["", "v1", "Thing"]]
    assert extracted["fields"]["names"]["patch"] == "merge"
    assert extracted["fields"]["born"]["type"] == "@io.k8s.api.core.v1.Time"


def test_go_says_what_becomes_of_zero_values_also_of_inlined_structures(tmp_path: Path) -> None:
    fields = facts(tmp_path)["fields"]
    assert {name: field["go"] for name, field in fields.items()} == {
        "kind": "value,omitempty",
        "size": "value",
        "limit": "pointer,omitempty",
        "names": "value,omitempty",
        "of": "value,omitempty",
        "born": "value,omitempty,omitzero",
    }


def test_enumerations_are_read_from_go(tmp_path: Path) -> None:
    assert facts(tmp_path)["fields"]["of"]["element"]["enum"] == ["Glass", "Wood"]


def test_a_type_of_several_documents_collects_the_kinds_of_all(tmp_path: Path) -> None:
    for group in ("a", "b"):
        kinds = [{"group": group, "kind": "DeleteOptions", "version": "v1"}]
        component = {"type": "object", "x-kubernetes-group-version-kind": kinds}
        document = {"components": {"schemas": {"io.k8s.DeleteOptions": component}}}
        (tmp_path / f"apis__{group}__v1_openapi.json").write_text(json.dumps(document))
    kinds = read_components(tmp_path)["io.k8s.DeleteOptions"]["x-kubernetes-group-version-kind"]
    assert [kind["group"] for kind in kinds] == ["a", "b"]
