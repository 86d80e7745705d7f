from __future__ import annotations

import ast
from pathlib import Path

import plimsoll
from plimsoll.telemetry.series import ALL, SERIES

SOURCES = Path(plimsoll.__file__).parent
REPORTERS = {"gauge", "sample", "constant"}


def reported(source: Path) -> set[str]:
    """The names that a module gives to ``gauge``, ``sample`` or ``constant``."""
    calls = [node for node in ast.walk(ast.parse(source.read_text())) if isinstance(node, ast.Call)]
    return {
        argument.value
        for call in calls
        if (call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")) in REPORTERS
        for argument in call.args[:2]
        if isinstance(argument, ast.Constant) and isinstance(argument.value, str) and "." in argument.value
    }


def test_every_series_that_is_reported_anywhere_is_described() -> None:
    found = {
        name
        for package in ("simcluster", "observe", "experiment")
        for source in (SOURCES / package).rglob("*.py")
        for name in reported(source)
    }
    assert "kubelet.requestsPerSecond" in found
    assert found - SERIES.keys() == set()


def test_units_and_meanings_are_told_of_each() -> None:
    for series in SERIES.values():
        assert series.meaning, series.name
        assert series.unit or series.name.startswith("config."), series.name


def test_no_series_is_described_twice() -> None:
    assert len(ALL) == len(SERIES)
