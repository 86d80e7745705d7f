from __future__ import annotations

import json

import pytest

from plimsoll.cli.entry import main


def test_the_schema_is_printed_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["schema"]) == 0

    schema = json.loads(capsys.readouterr().out)
    assert schema["title"] == "Plimsoll scenario"
    assert set(schema["required"]) == {"cluster", "load"}
