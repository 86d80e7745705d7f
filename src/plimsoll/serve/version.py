"""What ``/version`` answers: the Kubernetes release whose API is simulated."""

from __future__ import annotations

import platform
import sys
from typing import TYPE_CHECKING

from plimsoll import __version__
from plimsoll.serve.responses import Response, json_response

if TYPE_CHECKING:
    from plimsoll.serve.exchange import Exchange

MAJOR = "1"
MINOR = "36"
PATCH = "3"


def version_document() -> dict[str, str]:
    """The release, with build metadata that tells the simulation from the real thing."""
    machine = {"x86_64": "amd64", "aarch64": "arm64"}.get(platform.machine(), platform.machine())
    return {
        "major": MAJOR,
        "minor": MINOR,
        "emulationMajor": MAJOR,
        "emulationMinor": MINOR,
        "minCompatibilityMajor": MAJOR,
        "minCompatibilityMinor": str(int(MINOR) - 1),
        "gitVersion": f"v{MAJOR}.{MINOR}.{PATCH}+plimsoll-{__version__}",
        "gitCommit": "",
        "gitTreeState": "clean",
        "buildDate": "1970-01-01T00:00:00Z",
        "goVersion": f"python{sys.version_info.major}.{sys.version_info.minor}",
        "compiler": "plimsoll",
        "platform": f"{sys.platform}/{machine}",
    }


def version_page(_: Exchange) -> Response:
    """Answer ``/version``."""
    return json_response(version_document())
