"""``docs/scenario.md`` from the JSON Schema of the scenario's model, which is what validates a scenario."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from pydantic import BaseModel

from plimsoll.scenario import gallery
from plimsoll.scenario.model import Scenario
from plimsoll.scenario.objectives import METRICS
from plimsoll.scenario.values import Model
from scripts.reference.markdown import anchor, code, notice, page, prose, table

Schema = dict[str, Any]

INTRODUCTION = """\
A scenario is one YAML file. Names are camelCase; an unknown name is an error, and every complaint names the file, the
line and the field. `plimsoll schema` prints the JSON Schema that this page is made from; most editors complete and check
a scenario when they are given it. The [gallery](gallery.md) has scenarios to start from."""

EXAMPLE = """\
This one is complete; `plimsoll run quickstart` runs it:"""

SERVICES = """\
Nodes may be set aside ([`pools`](#pool)), settings of the profile changed, and applications may ask things of the cluster's
services while the load runs (`demands`); [models](models.md) says what simulated services make of that:"""

SERVICES_EXAMPLE = """\
cluster:
  profile: kargo
  nodes: 60
  pools:                                   # the first six nodes are for the control plane, the others as they come
  - {count: 6, labels: {role: control-plane}, taints: [{key: dedicated, effect: NoSchedule}]}
  settings: {dns.replicas: 6}
load:
  jobs:
  - name: services
    namespaces: 1
    objects:
    - kind: Deployment
      name: nova-api
      replicas: 12
      pod: {nodeSelector: {role: control-plane}, tolerations: [{key: dedicated}]}
    hold: 10m
  demands:                                 # what applications ask of the cluster's services meanwhile
  - {kind: dnsLookups, perSecond: 100, sameNamespace: 60, external: 40}
  - {kind: databaseTransactions, at: 1m, perSecond: 20, hotRows: 4, hotShare: 0.25}
expect:
- pods.running == 100%
- dns.failed <= 0.5%
- database.failed <= 1%
"""

OBJECTIVES = """\
## Objectives

What `expect` lists is a metric, a comparison (`<=`, `<`, `>=`, `>`, `==`, `!=`) and a limit. The limit is a duration
(`300ms`, `5s`, `1h30m`), a number (`10k`, `1.5G`) or a percentage; a percentage compares the part of what was wanted, so
`pods.running == 100%` means all of them. A metric that the run did not measure is a missed objective, never a met one.
A run without objectives is judged by `pods.running == 100%`."""

SPELLINGS = """\
A **duration** is a number of seconds or is spelled `300ms`, `30s`, `10m`, `1h30m`. An **amount** is a number or has a
suffix of Kubernetes or of the SI: `500m`, `64Mi`, `10MB`, `100kB`, `10G`. A **name** is a DNS label: lower-case letters,
digits and `-`."""


def scenario_page() -> str:
    """Return the page."""
    schema = Scenario.model_json_schema(by_alias=True)
    defaults = {model.__name__: _defaults(model) for model in _family(Model)}
    sections = [_section(name, definition, defaults[name]) for name, definition in _in_reading_order(schema)]
    metrics = table(("Metric", "Is"), [(code(name), _marked(meaning)) for name, meaning in METRICS.items()])
    return page(
        notice("`plimsoll.scenario.model`"),
        "# Scenarios",
        INTRODUCTION,
        EXAMPLE,
        f"```yaml\n{gallery.read('quickstart')}```",
        SERVICES,
        f"```yaml\n{SERVICES_EXAMPLE}```",
        SPELLINGS,
        *sections,
        OBJECTIVES,
        metrics,
    )


def _marked(meaning: str) -> str:
    """Return the meaning of a metric with the names in it marked as code."""
    return re.sub(
        r"(?<![\w.])(?:\w{2,}(?:\.\w+)+|\w+\[\"[^\"]*\"\]|\.[a-z]\w*(?:\.\w+)*)", lambda match: f"`{match[0]}`", meaning
    )


def _family(model: type[BaseModel]) -> Iterator[type[BaseModel]]:
    for child in model.__subclasses__():
        yield child
        yield from _family(child)


def _defaults(model: type[BaseModel]) -> dict[str, Any]:
    """Return the defaults as a file would spell them; the schema has them as the model holds them."""
    return model.model_construct().model_dump(mode="json", by_alias=True, warnings=False)


def _in_reading_order(schema: Schema) -> Iterator[tuple[str, Schema]]:
    """Yield the scenario itself, then every model in the order in which a reader meets it."""
    definitions: dict[str, Schema] = schema.get("$defs", {})
    yield "Scenario", schema
    seen: set[str] = set()
    waiting = _references(schema.get("properties", {}))
    while waiting:
        name = waiting.pop(0)
        if name not in seen:
            seen.add(name)
            yield name, definitions[name]
            waiting = _references(definitions[name]) + waiting


def _references(schema: Any) -> list[str]:
    """Return the names of the models that a schema refers to, in order."""
    if isinstance(schema, list):
        return [name for item in schema for name in _references(item)]
    if not isinstance(schema, dict):
        return []
    own = [schema["$ref"].rpartition("/")[2]] if "$ref" in schema else []
    return own + [name for key, value in schema.items() if key != "discriminator" for name in _references(value)]


def _section(name: str, schema: Schema, defaults: dict[str, Any]) -> str:
    required = schema.get("required", ())
    rows = []
    for field, value in schema.get("properties", {}).items():
        default = "**required**" if field in required else code(_written(defaults.get(field), kind(value)))
        rows.append((code(field), kind(value), default, _meaning(value)))
    title, purpose = f"## {name}", prose(schema.get("description", ""))
    return page(title, purpose, table(("Field", "Value", "Default", "Meaning"), rows)).strip()


def _meaning(schema: Schema) -> str:
    return "" if _is_spelling(schema) and _says_only_how_to_spell(schema) else prose(schema.get("description", ""))


def _written(value: Any, kind: str) -> str:
    """Return a default as it would be written; models and empty collections say nothing."""
    if value is None or isinstance(value, dict) or value in ([], ""):
        return ""
    if kind == "amount" and isinstance(value, int):
        return _amount(value)
    return value if isinstance(value, str) else json.dumps(value)


def _amount(value: int) -> str:
    """Return the shortest spelling."""
    units = {"": 1, "k": 10**3, "M": 10**6, "G": 10**9, "Ki": 1024, "Mi": 1024**2, "Gi": 1024**3}
    return min((f"{value // size}{unit}" for unit, size in units.items() if value % size == 0), key=len)


def kind(schema: Schema) -> str:  # noqa: PLR0911  one line per kind of schema
    """Return what may be written for a schema, in words."""
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        return f"[{name}](#{anchor(name)})"
    if "const" in schema:
        return code(str(schema["const"]))
    if "enum" in schema:
        return " or ".join(code(str(value)) for value in schema["enum"])
    if _is_spelling(schema):
        return _spelling(schema)
    for choice in ("oneOf", "anyOf", "allOf"):
        if choice in schema:
            kinds = [kind(option) for option in schema[choice] if option.get("type") != "null"]
            return ", ".join(dict.fromkeys(kinds[:-1])) + (" or " if len(kinds) > 1 else "") + kinds[-1]
    if schema.get("type") == "array":
        return f"list of {kind(schema['items'])}" if schema.get("items") else "list"
    if schema.get("type") == "object":
        values = schema.get("additionalProperties")
        return f"mapping to {kind(values)}" if isinstance(values, dict) and values else "mapping"
    return _scalar(schema)


def _is_spelling(schema: Schema) -> bool:
    """Whether the schema is a number or its spelling as text."""
    options = schema.get("anyOf", [])
    return {"number", "string"} == {option.get("type") for option in options} and any("pattern" in o for o in options)


def _spelling(schema: Schema) -> str:
    pattern = next(option["pattern"] for option in schema["anyOf"] if "pattern" in option)
    return "duration" if "ms|s|m|h" in pattern else "amount"


def _says_only_how_to_spell(schema: Schema) -> bool:
    """Whether the description is the value's own, not the field's: those end in examples of numbers."""
    return str(schema.get("description", "")).rstrip(".").endswith(("a number", "a number of seconds", "or 500m"))


def _scalar(schema: Schema) -> str:
    names = {"string": "text", "integer": "whole number", "number": "number", "boolean": "`true` or `false`"}
    if str(schema.get("pattern", "")).startswith("^[a-z0-9]"):
        return "name"
    name = names.get(schema.get("type", ""), "any value")
    return name + _range(schema)


def _range(schema: Schema) -> str:
    low, above = schema.get("minimum"), schema.get("exclusiveMinimum")
    high = schema.get("maximum")
    parts = [
        f"from {low:,}" if low is not None else "",
        f"above {above:,}" if above is not None else "",
        f"to {high:,}" if high is not None else "",
    ]
    words = " ".join(part for part in parts if part)
    return f" {words}" if words else ""
