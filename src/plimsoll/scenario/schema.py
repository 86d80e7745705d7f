"""The JSON Schema of scenarios, for editors and for the reference in the documentation."""

from __future__ import annotations

from typing import Any

from plimsoll.scenario.model import Scenario

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def json_schema() -> dict[str, Any]:
    """The schema of a scenario file. Contradictions between fields are found only by loading it."""
    schema = Scenario.model_json_schema(by_alias=True, mode="validation")
    return {"$schema": DIALECT, **schema, "title": "Plimsoll scenario"}
