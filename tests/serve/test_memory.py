"""What a server does about its memory does not get in the way of anything else."""

from __future__ import annotations

import subprocess
import sys

PROGRAM = """
import gc
from plimsoll.serve.memory import YOUNG_OBJECTS, map_large_buffers, settle
map_large_buffers()
settle()
print(gc.isenabled(), gc.get_threshold()[0] == YOUNG_OBJECTS, gc.get_freeze_count() > 0, len(bytearray(1 << 20)))
"""


def test_a_settled_server_still_collects_garbage_and_gets_its_memory() -> None:
    said = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True, timeout=60)
    assert said.stdout.split() == ["True", "True", "True", "1048576"]
