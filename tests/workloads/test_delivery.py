from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from plimsoll.workloads.delivery import command, config_map_data, mount, volume
from tests.workloads.test_soaks import STARTED

LARGEST_CONFIG_MAP_BYTES = 1024 * 1024


def lay_out(programs: list[str], directory: Path) -> None:
    """Mount the volume as a kubelet does."""
    data = config_map_data(programs)
    for item in volume(programs)["configMap"]["items"]:
        path = directory / item["path"]
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(data[item["key"]], encoding="utf-8")


@pytest.mark.parametrize("program", STARTED)
def test_a_pod_gets_all_that_its_program_needs_and_needs_nothing_else(program: str, tmp_path: Path) -> None:
    lay_out([program], tmp_path)
    isolated = {"PATH": os.environ["PATH"]}

    # -S hides whatever is installed: what the program imports of Plimsoll has to come with it
    done = subprocess.run(
        [sys.executable, "-S", str(tmp_path / f"{program}.py"), "--help"],
        capture_output=True, text=True, check=False, timeout=20, env=isolated, cwd="/",
    )  # fmt: skip

    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("version", ["3.8", "3.9", "3.10", "3.12", "3.13", "3.14"])
def test_every_program_starts_on_each_python_that_is_here(version: str, tmp_path: Path) -> None:
    python = shutil.which(f"python{version}")
    if python is None or subprocess.run([python, "-c", ""], check=False, capture_output=True, timeout=20).returncode:
        pytest.skip(f"there is no Python {version}")
    lay_out(STARTED, tmp_path)

    for program in STARTED:
        command = [python, "-S", str(tmp_path / f"{program}.py"), "--help"]
        assert subprocess.run(command, capture_output=True, text=True, check=False, timeout=20).stderr == ""


def test_all_programs_together_fit_into_a_config_map() -> None:
    assert sum(len(source.encode()) for source in config_map_data(STARTED).values()) < LARGEST_CONFIG_MAP_BYTES / 8


def test_a_config_map_holds_only_what_is_needed() -> None:
    assert "session.py" not in config_map_data(["coordinator"])
    assert {"client.py", "session.py", "server.py"} <= config_map_data(["client"]).keys()


def test_a_program_is_started_from_where_its_volume_is_mounted() -> None:
    assert command("client") == ["python3", "/plimsoll/client.py"]
    assert mount() == {"name": "plimsoll-programs", "mountPath": "/plimsoll", "readOnly": True}
