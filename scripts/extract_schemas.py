"""Extract the facts about Kubernetes' types that the served API needs, without any of the prose around them.

``python -m scripts.extract_schemas OPENAPI GO_MODULES`` reads the OpenAPI v3 documents of one Kubernetes release
(``api/openapi-spec/v3`` of its source) and the Go types they were generated from (a folder that holds the modules
``api@…``, ``apimachinery@…``, ``apiextensions-apiserver@…`` and ``kube-aggregator@…``), and writes the data file that
:mod:`plimsoll.apimachinery.schema.builtin` loads. Go is asked for one thing that OpenAPI does not tell: which zero values
are left out of what the server answers (``omitempty``), which show as ``null``, and which as ``{}``.

The file is JSON, gzipped: ``{"types": {NAME: TYPE}}``, where a TYPE has

* ``fields``: FIELDs by name; absent where the type is no structure,
* ``required``: names, ``kinds``: lists of group, version and kind, ``atomic``: whether apply takes it as a whole,

and a FIELD has ``type`` (``@NAME`` refers to a TYPE), ``format``, ``element`` (a FIELD), ``list``, ``keys``, ``atomic``,
``patch``, ``merge_key``, ``default`` and ``go``: ``value`` or ``pointer``, followed by ``,omitempty`` or ``,omitzero``.
"""

from __future__ import annotations

import argparse
import gzip
import json
import re
from pathlib import Path
from typing import Any

TARGET = Path(__file__).parent.parent / "src/plimsoll/apimachinery/schema/kubernetes.json.gz"
Facts = dict[str, Any]
GoFields = dict[str, str]

_PACKAGES = {
    "io.k8s.api.": "api@*/",
    "io.k8s.apimachinery.": "apimachinery@*/",
    "io.k8s.apiextensions-apiserver.": "apiextensions-apiserver@*/",
    "io.k8s.kube-aggregator.": "kube-aggregator@*/",
}
_STRUCT = re.compile(r"^type (\w+) struct \{\n(.*?)^\}", re.MULTILINE | re.DOTALL)
_FIELD = re.compile(r"^\s+(?:\w+\s+)?([^\s`]+)\s+`json:\"([^\"]*)\"", re.MULTILINE)
_COPIED = {
    "format": "format",
    "default": "default",
    "x-kubernetes-list-type": "list",
    "x-kubernetes-list-map-keys": "keys",
    "x-kubernetes-patch-strategy": "patch",
    "x-kubernetes-patch-merge-key": "merge_key",
}


def main() -> None:
    """Write the data file from the folders on the command line."""
    parser = argparse.ArgumentParser(description="Extract the facts about Kubernetes' types.")
    parser.add_argument("openapi", type=Path)
    parser.add_argument("go_modules", type=Path)
    parser.add_argument("--output", type=Path, default=TARGET)
    options = parser.parse_args()
    components = read_components(options.openapi)
    go_types = GoTypes(options.go_modules)
    types = {name: describe_type(component, go_types.fields(name)) for name, component in sorted(components.items())}
    text = json.dumps({"types": types}, separators=(",", ":"), sort_keys=True)
    options.output.write_bytes(gzip.compress(text.encode(), 9, mtime=0))
    print(f"{options.output}: {len(types)} types, {options.output.stat().st_size} bytes")


def read_components(folder: Path) -> Facts:
    """Return the component schemas of all documents. A type that is in several of them is the same in all."""
    components: Facts = {}
    for path in sorted(folder.glob("api*_openapi.json")):
        schemas = json.loads(path.read_text()).get("components", {}).get("schemas", {})
        for name, schema in schemas.items():
            known = components.setdefault(name, schema)
            _merge_kinds(known, schema)
    return components


def _merge_kinds(known: Facts, schema: Facts) -> None:
    """``DeleteOptions`` and ``WatchEvent`` belong to each group, and each document lists its own only."""
    key = "x-kubernetes-group-version-kind"
    known_kinds = known.get(key, [])
    known_kinds += [kind for kind in schema.get(key, []) if kind not in known_kinds]


class GoTypes:
    """The Go structures behind the components: how each field is written where it is zero."""

    def __init__(self, modules: Path) -> None:
        self._modules = modules
        self._packages: dict[str, dict[str, str]] = {}

    def fields(self, component: str) -> GoFields:
        """Return how each JSON field of a component is declared, e.g. ``pointer,omitempty``."""
        package, _, name = component.rpartition(".")
        body = self._structs(package).get(name, "")
        fields: GoFields = {}
        for go_type, tag in _FIELD.findall(body):
            json_name, *options = tag.split(",")
            if json_name:
                kept = [option for option in ("omitempty", "omitzero") if option in options]
                fields[json_name] = ",".join(["pointer" if go_type.startswith("*") else "value", *kept])
            elif "inline" in options and "." not in go_type:
                fields |= self.fields(f"{package}.{go_type}")
        return fields

    def _structs(self, package: str) -> dict[str, str]:
        if package not in self._packages:
            files = [path for folder in self._folders(package) for path in sorted(folder.glob("*.go"))]
            self._packages[package] = {
                name: body
                for path in files
                if "zz_" not in path.name
                for name, body in _STRUCT.findall(path.read_text())
            }
        return self._packages[package]

    def _folders(self, package: str) -> list[Path]:
        for prefix, module in _PACKAGES.items():
            if package.startswith(prefix):
                return sorted(self._modules.glob(module + package.removeprefix(prefix).replace(".", "/")))
        raise ValueError(f"{package} is in none of {', '.join(_PACKAGES)}")


def describe_type(component: Facts, go_fields: GoFields) -> Facts:
    """Return the facts about one component."""
    facts: Facts = {}
    if "properties" in component:
        facts["fields"] = {
            name: describe_field(schema) | ({"go": go_fields[name]} if name in go_fields else {})
            for name, schema in component["properties"].items()
        }
    elif component.get("type") == "object":
        facts["fields"] = {}
    if component.get("required"):
        facts["required"] = component["required"]
    if kinds := component.get("x-kubernetes-group-version-kind"):
        facts["kinds"] = [[kind["group"], kind["version"], kind["kind"]] for kind in kinds]
    if component.get("x-kubernetes-map-type") == "atomic":
        facts["atomic"] = True
    return facts


def describe_field(schema: Facts) -> Facts:
    """Return the facts about a field, or about the elements of a list or map."""
    facts = {short: schema[name] for name, short in _COPIED.items() if name in schema}
    reference = schema.get("$ref") or next((part["$ref"] for part in schema.get("allOf", ())), None)
    if reference is not None:
        facts["type"] = "@" + reference.rpartition("/")[2]
    elif schema.get("type") == "array":
        facts |= {"type": "list", "element": describe_field(schema["items"])}
    elif "additionalProperties" in schema:
        facts |= {"type": "map", "element": describe_field(schema["additionalProperties"])}
    else:
        facts["type"] = schema.get("type", "any")
    if schema.get("x-kubernetes-map-type") == "atomic":
        facts["atomic"] = True
    return facts


if __name__ == "__main__":
    main()
