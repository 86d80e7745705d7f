"""Rules about the tree itself that no linter knows."""

from __future__ import annotations

import ast
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from plimsoll import __version__

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "src" / "plimsoll"
MODULES = sorted(PACKAGE.rglob("*.py"))

MAX_MODULE_LINES = 400
MAX_FUNCTION_LINES = 50
MAX_MEDIAN_FUNCTION_LINES = 8
VAGUE_NAMES = {"utils", "util", "helpers", "misc", "common", "tools", "base"}


def name_of(path: Path) -> str:
    """The path as a reader sees it."""
    return str(path.relative_to(ROOT))


def functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            yield node


def body_lines(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Lines of the body, the docstring left out."""
    body = function.body[1:] if ast.get_docstring(function) and len(function.body) > 1 else function.body
    return (body[-1].end_lineno or 0) - body[0].lineno + 1


def charter_of(folder: Path) -> str | None:
    """The docstring of a package."""
    init = folder / "__init__.py"
    return ast.get_docstring(ast.parse(init.read_text(encoding="utf-8"))) if init.is_file() else None


def tracked_files() -> list[Path]:
    listing = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=False)
    if listing.returncode != 0:
        pytest.skip("not a git checkout")
    paths = [ROOT / name for name in listing.stdout.decode().split("\0") if name]
    return [path for path in paths if path.is_file()]


def test_every_module_can_be_read_at_a_sitting() -> None:
    lines = {name_of(path): len(path.read_text(encoding="utf-8").splitlines()) for path in MODULES}
    assert {name: count for name, count in lines.items() if count > MAX_MODULE_LINES} == {}


def test_no_function_is_longer_than_a_screen() -> None:
    lengths = {f"{name_of(path)}:{f.lineno} {f.name}": body_lines(f) for path in MODULES for f in functions(path)}
    assert {name: count for name, count in lengths.items() if count > MAX_FUNCTION_LINES} == {}


def test_the_median_function_is_short() -> None:
    lengths = sorted(body_lines(function) for path in MODULES for function in functions(path))
    assert lengths[len(lengths) // 2] <= MAX_MEDIAN_FUNCTION_LINES


def test_every_module_is_named_after_what_it_holds() -> None:
    assert [name_of(path) for path in MODULES if path.stem in VAGUE_NAMES] == []


def test_every_package_says_what_belongs_in_it() -> None:
    assert [name_of(folder) for folder in {path.parent for path in MODULES} if not charter_of(folder)] == []


def test_no_tracked_file_names_a_place_on_somebody_s_machine() -> None:
    # Built from pieces, so that this file does not name them either.
    machine_path = re.compile("(?<![A-Za-z0-9.~_-])/" + "(?:work|root|Users|home/[a-z])" + r"(?:/|\b)")
    found = []
    for path in tracked_files():
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
        found += [f"{name_of(path)}:{n}" for n, line in enumerate(text.splitlines(), 1) if machine_path.search(line)]
    assert not found


def test_no_project_file_chooses_a_package_index() -> None:
    setting = re.compile("(index" + r"-url|find" + "-links|trusted" + "-host)", re.IGNORECASE)
    found = [
        name_of(path)
        for path in tracked_files()
        if path.suffix in {"", ".toml", ".txt", ".lock", ".cfg", ".ini", ".md"}
        and setting.search(path.read_text("utf-8"))
    ]
    assert not found


def test_the_version_is_written_once() -> None:
    literal = f'"{__version__}"'
    assert [path for path in MODULES if literal in path.read_text(encoding="utf-8")] == [PACKAGE / "__init__.py"]
