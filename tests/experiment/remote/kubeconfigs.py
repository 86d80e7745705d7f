"""The kubeconfig of a server without TLS."""

from __future__ import annotations

from pathlib import Path

import yaml


def kubeconfig(folder: Path, url: str) -> Path:
    """Write it into a folder."""
    path = folder / "config"
    document = {
        "current-context": "fake",
        "clusters": [{"name": "c", "cluster": {"server": url}}],
        "contexts": [{"name": "fake", "context": {"cluster": "c"}}],
    }
    path.write_text(yaml.safe_dump(document))
    return path
