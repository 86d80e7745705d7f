"""How programs get into pods: the data of a config map, the volume that lays it out, and the command that starts one.

A pod finds the program it starts as ``/plimsoll/NAME.py``, and what that shares with others beside it, in directories as
in the source tree, so that one import statement works in both places.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Sequence
from functools import cache
from importlib.resources import files
from typing import Any

CONFIG_MAP = "plimsoll-programs"
VOLUME = "plimsoll-programs"
DIRECTORY = "/plimsoll"

_PACKAGE = "plimsoll.workloads.programs"
_MARKER_KEY = "package.py"
_MARKER = '"""Makes its directory a package."""\n'


def config_map_data(programs: Iterable[str]) -> dict[str, str]:
    """The sources of some programs and of what they share, by file name; far below the limit of 1 MiB."""
    modules = sorted({module for program in programs for module in _modules(program)})
    return {_MARKER_KEY: _MARKER, **{f"{module}.py": _source(module) for module in modules}}


def volume(programs: Sequence[str], config_map: str = CONFIG_MAP) -> dict[str, Any]:
    """The volume of a pod that starts these programs: of the config map no more than they need."""
    package = _PACKAGE.split(".")
    markers = ["/".join((*package[:depth], "__init__.py")) for depth in range(1, len(package) + 1)]
    modules = sorted({module for program in programs for module in _modules(program)[1:]})
    items = [
        *({"key": f"{program}.py", "path": f"{program}.py"} for program in programs),
        *({"key": _MARKER_KEY, "path": path} for path in markers),
        *({"key": f"{module}.py", "path": "/".join((*package, f"{module}.py"))} for module in modules),
    ]
    return {"name": VOLUME, "configMap": {"name": config_map, "items": items}}


def mount() -> dict[str, Any]:
    """Where a container finds the volume."""
    return {"name": VOLUME, "mountPath": DIRECTORY, "readOnly": True}


def command(program: str) -> list[str]:
    """What starts a program, before its arguments."""
    return ["python3", f"{DIRECTORY}/{program}.py"]


def environment(job: str, container: str, containers: int, *, coordinator: str, start_within: float) -> list[Any]:
    """What a program learns about itself and its coordinator; see ``reporting.identity`` and ``worker.common_options``.

    ``containers`` of the pod report. ``start_within`` is the longest wait for the others in seconds; 0: none.
    """
    fields = {
        "NAMESPACE": "metadata.namespace",
        "POD": "metadata.name",
        "POD_IP": "status.podIP",
        "NODE": "spec.nodeName",
    }
    values = {
        "PLIMSOLL_JOB": job,
        "PLIMSOLL_CONTAINER": container,
        "PLIMSOLL_CONTAINERS": str(containers),
        "PLIMSOLL_COORDINATOR": coordinator,
        "PLIMSOLL_START_WITHIN": f"{start_within:g}",
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONUNBUFFERED": "1",
    }
    return [
        *(
            {"name": f"PLIMSOLL_{name}", "valueFrom": {"fieldRef": {"fieldPath": path}}}
            for name, path in fields.items()
        ),
        *({"name": name, "value": value} for name, value in values.items()),
    ]


@cache
def _modules(program: str) -> Sequence[str]:
    """A program and all that it imports of its package, directly or not."""
    found = [program]
    for module in found:
        for node in ast.walk(ast.parse(_source(module))):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith(f"{_PACKAGE}."):
                imported = (node.module or "").removeprefix(f"{_PACKAGE}.")
                if imported not in found:
                    found.append(imported)
    return tuple(found)


@cache
def _source(module: str) -> str:
    return files(_PACKAGE).joinpath(f"{module}.py").read_text(encoding="utf-8")
