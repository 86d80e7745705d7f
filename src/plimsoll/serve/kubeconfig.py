"""Kubeconfig files: one of a server's own, and its context in the user's.

A file that holds credentials has mode 0600 from the moment it exists, and is replaced in one step, so that nobody ever
reads half of one.
"""

from __future__ import annotations

import os
from base64 import b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any

import yaml

from plimsoll.errors import Complaint, InputError, Place

LISTS = ("clusters", "users", "contexts")


@dataclass(frozen=True, slots=True)
class Access:
    """What a client needs in order to reach a server: ``name`` becomes the cluster, the user and the context."""

    name: str
    server: str
    authority: bytes
    token: str


def kubeconfig(access: Access) -> dict[str, Any]:
    """A kubeconfig whose current context is this server."""
    authority = b64encode(access.authority).decode()
    return {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [
            {"name": access.name, "cluster": {"server": access.server, "certificate-authority-data": authority}}
        ],
        "users": [{"name": access.name, "user": {"token": access.token}}],
        "contexts": [{"name": access.name, "context": {"cluster": access.name, "user": access.name}}],
        "current-context": access.name,
    }


def write_kubeconfig(path: Path, access: Access) -> None:
    """Write a kubeconfig of its own; ``InputError`` where there is no place for it."""
    _replace(path, kubeconfig(access))


def user_kubeconfig(environment: Mapping[str, str]) -> Path:
    """The user's own kubeconfig: the first file that ``KUBECONFIG`` names, ``~/.kube/config`` otherwise."""
    first = next((part for part in environment.get("KUBECONFIG", "").split(os.pathsep) if part), "")
    return Path(first) if first else Path.home() / ".kube" / "config"


def merge_context(path: Path, access: Access) -> None:
    """Add a server to a kubeconfig, in place of one of the same name; its current context stays what it is."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)

    def merge(config: dict[str, Any]) -> None:
        _forget(config, access.name)
        for key, value in kubeconfig(access).items():
            if key in LISTS:
                config[key] = [*(config.get(key) or ()), *value]
            else:
                config.setdefault(key, value)

    _edit(path, merge)


def remove_context(path: Path, name: str) -> None:
    """Take out what :func:`merge_context` added, if the file is still there."""
    if path.is_file():
        _edit(path, lambda config: _forget(config, name))


def _forget(config: dict[str, Any], name: str) -> None:
    for key in LISTS:
        config[key] = [entry for entry in config.get(key) or () if entry.get("name") != name]
    if config.get("current-context") == name:
        config["current-context"] = ""


def _edit(path: Path, change: Callable[[dict[str, Any]], None]) -> None:
    """Change a kubeconfig while holding the lock file by which kubectl, too, keeps others out (client-go, clientcmd)."""
    lock = path.with_name(f"{path.name}.lock")
    try:
        os.close(os.open(lock, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    except FileExistsError:
        problem = "is being changed by another program, or was when that program was killed"
        raise InputError(Complaint(Place(str(path)), problem, f"If none is running, remove {lock}")) from None
    except OSError as error:
        raise _unwritable(path, error) from error
    try:
        config = _read(path)
        change(config)
        _replace(path, config)
    finally:
        lock.unlink(missing_ok=True)


def _read(path: Path) -> dict[str, Any]:
    try:
        config = yaml.load(path.read_bytes(), yaml.CSafeLoader)
    except FileNotFoundError:
        return {}
    except yaml.YAMLError as error:
        raise InputError(Complaint(Place(str(path)), "is not YAML", "Repair it, or name another file")) from error
    if config is not None and not isinstance(config, dict):
        raise InputError(Complaint(Place(str(path)), "is not a kubeconfig", "Name another file"))
    return config or {}


def _replace(path: Path, config: dict[str, Any]) -> None:
    text = yaml.dump(config, Dumper=yaml.CSafeDumper, sort_keys=False)
    try:
        with NamedTemporaryFile(
            "w", encoding="utf-8", dir=path.parent, prefix=f".{path.name}-", delete=False
        ) as file:  # made with mode 0600
            file.write(text)
        Path(file.name).replace(path.resolve())
    except OSError as error:
        raise _unwritable(path, error) from error


def _unwritable(path: Path, error: OSError) -> InputError:
    return InputError(Complaint(Place(str(path)), f"cannot be written: {error.strerror}", "Name another file"))
