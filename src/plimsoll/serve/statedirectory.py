"""A folder of a server's own, for its kubeconfig: readable by its user alone, and gone when the server stops."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory


@contextmanager
def state_directory(environment: Mapping[str, str]) -> Iterator[Path]:
    """Make a folder of mode 0700 where the user's run-time files belong, and remove it in the end."""
    runtime = environment.get("XDG_RUNTIME_DIR", "")
    parent = runtime if runtime and os.access(runtime, os.W_OK) else None
    with TemporaryDirectory(prefix="plimsoll-serve-", dir=parent, ignore_cleanup_errors=True) as folder:
        yield Path(folder)
