"""Extract the facts about Kubernetes' types that the served API needs, without any of the prose around them.

``python -m scripts.extract_schemas OPENAPI GO_MODULES`` reads the OpenAPI v3 documents of one Kubernetes release
(``api/openapi-spec/v3`` of its source) and the Go types they were generated from (a folder that holds the modules
``api@…``, ``apimachinery@…``, ``apiextensions-apiserver@…`` and ``kube-aggregator@…``), and writes the data file that
:mod:`plimsoll.apimachinery.schema.builtin` loads. Go is asked for two things that these documents do not tell: which zero
values are left out of what the server answers (``omitempty``), which show as ``null``, and which as ``{}``; and the values
of enumerations, which a running server publishes.

The file is JSON, gzipped: ``{"types": {NAME: TYPE}}``, where a TYPE has

* ``fields``: FIELDs by name; absent where the type is no structure,
* ``required``: names, ``kinds``: lists of group, version and kind, ``atomic``: whether apply takes it as a whole,

and a FIELD has ``type`` (``@NAME`` refers to a TYPE), ``format``, ``element`` (a FIELD), ``list``, ``keys``, ``atomic``,
``patch``, ``merge_key``, ``default``, ``enum`` and ``go``: ``value`` or ``pointer``, followed by ``,omitempty`` or
``,omitzero``.
"""

from __future__ import annotations

import argparse
import gzip
import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

TARGET = Path(__file__).parent.parent / "src/plimsoll/apimachinery/schema/kubernetes.json.gz"
Facts = dict[str, Any]

_PACKAGES = {
    "io.k8s.api.": "api@*/",
    "io.k8s.apimachinery.": "apimachinery@*/",
    "io.k8s.apiextensions-apiserver.": "apiextensions-apiserver@*/",
    "io.k8s.kube-aggregator.": "kube-aggregator@*/",
}
_STRUCT = re.compile(r"^type (\w+) struct \{\n(.*?)^\}", re.MULTILINE | re.DOTALL)
_FIELD = re.compile(r"^\s+(?:\w+\s+)?([^\s`]+)\s+`json:\"([^\"]*)\"", re.MULTILINE)
_CORE = "io.k8s.api.core.v1"
_ENUM = re.compile(r"^// \+enum\n(?://.*\n)*type (\w+) string", re.MULTILINE)
_VALUE = re.compile(r"^\s+(\w+)(?:\s+(\w+))?\s*=\s*(?:(\w+)\()?\"([^\"]*)\"", re.MULTILINE)
_REFERENCE = re.compile(r"^\s+\w+\s*=\s*(\w+)\(v1\.(\w+)\)", re.MULTILINE)
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
    types = {
        name: describe_type(component, go_types.fields(name), go_types.enums(name))
        for name, component in sorted(components.items())
    }
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


@dataclass(frozen=True)
class GoField:
    """How a field is declared in Go."""

    go_type: str
    options: tuple[str, ...]

    @property
    def declaration(self) -> str:
        """What tells how its zero value is written, e.g. ``pointer,omitempty``."""
        return ",".join(["pointer" if self.go_type.startswith("*") else "value", *self.options])


GoFields = dict[str, GoField]
Enums = dict[str, list[str]]


class GoTypes:
    """The Go structures behind the components: how each field is written where it is zero, and which values it may have."""

    def __init__(self, modules: Path) -> None:
        self._modules = modules
        self._sources: dict[str, str] = {}

    def fields(self, component: str) -> GoFields:
        """Return how each JSON field of a component is declared."""
        package, _, name = component.rpartition(".")
        body = dict(_STRUCT.findall(self._source(package))).get(name, "")
        fields: GoFields = {}
        for go_type, tag in _FIELD.findall(body):
            json_name, *options = tag.split(",")
            if json_name:
                kept = tuple(option for option in ("omitempty", "omitzero") if option in options)
                fields[json_name] = GoField(go_type, kept)
            elif "inline" in options and "." not in go_type:
                fields |= self.fields(f"{package}.{go_type}")
        return fields

    def enums(self, component: str) -> Enums:
        """Return the values of each enumeration that a component may use: of its package, and of core's by ``v1.``."""
        package = component.rpartition(".")[0]
        own = self._enums(package)
        return own if package == _CORE else {f"v1.{name}": values for name, values in self._enums(_CORE).items()} | own

    def _enums(self, package: str) -> Enums:
        source = self._source(package)
        values: dict[str, set[str]] = {name: set() for name in _ENUM.findall(source)}
        for _, declared, converted, value in _VALUE.findall(source):
            if (declared or converted) in values:
                values[declared or converted].add(value)
        constants = {name: value for name, _, _, value in _VALUE.findall(self._source(_CORE))}
        for name, constant in _REFERENCE.findall(source):
            if name in values:
                values[name].add(constants[constant])
        return {name: sorted(found) for name, found in values.items()}

    def _source(self, package: str) -> str:
        if package not in self._sources:
            files = [path for folder in self._folders(package) for path in sorted(folder.glob("*.go"))]
            self._sources[package] = "\n".join(
                path.read_text() for path in files if not path.name.startswith("zz_") and "_test" not in path.name
            )
        return self._sources[package]

    def _folders(self, package: str) -> list[Path]:
        for prefix, module in _PACKAGES.items():
            if package.startswith(prefix):
                return sorted(self._modules.glob(module + package.removeprefix(prefix).replace(".", "/")))
        raise ValueError(f"{package} is in none of {', '.join(_PACKAGES)}")


def describe_type(component: Facts, go_fields: GoFields, enums: Enums) -> Facts:
    """Return the facts about one component."""
    facts: Facts = {}
    if "properties" in component:
        facts["fields"] = {
            name: with_go(describe_field(schema), go_fields[name], enums)
            if name in go_fields
            else describe_field(schema)
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


def with_go(facts: Facts, go_field: GoField, enums: Enums) -> Facts:
    """Add what Go says of a field."""
    facts["go"] = go_field.declaration
    values = enums.get(go_field.go_type.removeprefix("*").removeprefix("[]"))
    if values:
        (facts["element"] if facts["type"] == "list" else facts)["enum"] = values
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
