"""kubectl, as many of them as there are on this machine."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

DEBIAN = Path(sys.executable).parent / "kubectl-debian"
"""Fetched by scripts/kubectl; it may not be missing where every check has to run."""

COMMAND_SECONDS = 60


def binaries() -> list[str]:
    """Debian's kubectl, and the one on the path if that is another version."""
    found = [str(DEBIAN)] if DEBIAN.exists() else []
    other = shutil.which("kubectl")
    if other is not None and version(other) not in [version(binary) for binary in found]:
        found.append(other)
    return found


def must_have_debian() -> bool:
    """Whether a missing kubectl is a failure."""
    return os.environ.get("CI") == "true"


@cache
def version(binary: str) -> tuple[int, int]:
    """Major and minor version of a kubectl."""
    shown = subprocess.run([binary, "version", "--client", "-o", "json"], capture_output=True, text=True, check=True)
    said = json.loads(shown.stdout)["clientVersion"]["gitVersion"]
    major, minor = said.removeprefix("v").split(".")[:2]
    return int(major), int(minor)


@dataclass(frozen=True)
class Kubectl:
    """One kubectl, and where it works."""

    binary: str
    kubeconfig: Path
    cache: Path
    namespace: str

    @property
    def version(self) -> tuple[int, int]:
        return version(self.binary)

    def __call__(self, *arguments: str, stdin: str | None = None, code: int = 0) -> str:
        """Run a command; everything that it printed."""
        done = subprocess.run(
            self.command(*arguments),
            input=stdin,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=COMMAND_SECONDS,
            check=False,
        )
        assert done.returncode == code, f"kubectl {' '.join(arguments)}: exit {done.returncode}\n{done.stdout}"
        return done.stdout

    def json(self, *arguments: str) -> Any:
        """What a command prints as JSON."""
        done = subprocess.run(
            self.command(*arguments, "-o", "json"), capture_output=True, text=True, timeout=COMMAND_SECONDS, check=True
        )
        return json.loads(done.stdout)

    def command(self, *arguments: str) -> list[str]:
        """The whole command line."""
        where = [f"--kubeconfig={self.kubeconfig}", f"--cache-dir={self.cache}", f"--namespace={self.namespace}"]
        return [self.binary, *where, *arguments]

    def within(self, namespace: str) -> Kubectl:
        """The same in another namespace."""
        return replace(self, namespace=namespace)
