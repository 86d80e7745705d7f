from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest

from plimsoll.diagnosis.diagnose import diagnose
from plimsoll.diagnosis.document import document
from tests.diagnosis.casefile import archive_of_case, read_case

SCHEMA = Path(__file__).parents[2] / "docs" / "schemas" / "diagnosis.schema.json"
CASES = sorted((Path(__file__).parent / "cases").glob("*/*.yaml"))


def test_the_schema_is_one() -> None:
    jsonschema.Draft202012Validator.check_schema(json.loads(SCHEMA.read_text()))


@pytest.mark.parametrize("file", CASES, ids=lambda file: f"{file.parent.name}/{file.stem}")
def test_every_diagnosis_fits_the_schema(file: Path) -> None:
    archive = archive_of_case(read_case(file))

    told = json.loads(json.dumps(document(diagnose(archive), archive.manifest), allow_nan=False))

    jsonschema.Draft202012Validator(json.loads(SCHEMA.read_text())).validate(told)
