from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.clients.servers import Started
from tests.clients.waiting import PATIENCE_SECONDS

pytestmark = pytest.mark.slow

PROGRAMS = Path(__file__).with_name("kr8s_programs.py")


@pytest.mark.parametrize("program", ["synchronous", "asynchronous"])
def test_a_program_that_uses_kr8s_works(program: str, server: Started) -> None:
    command = [sys.executable, str(PROGRAMS), program, str(server.kubeconfig), f"kr8s-{program}"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=2 * PATIENCE_SECONDS, check=False)
    assert done.returncode == 0, done.stderr
