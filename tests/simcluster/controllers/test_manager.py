from __future__ import annotations

import subprocess
import sys

import pytest

from plimsoll.simcluster.controllers.manager import INSPECTABLE_SLEEPERS, SLEEPERS, Sleeper

LOADED = (
    "import sys, plimsoll.simcluster.assembly; print(*(name for name in sys.modules if name.startswith('plimsoll.')))"
)


@pytest.mark.parametrize("sleeper", [*SLEEPERS, *INSPECTABLE_SLEEPERS], ids=lambda sleeper: sleeper.name)
def test_every_sleeping_controller_can_be_woken(sleeper: Sleeper) -> None:
    assert callable(sleeper.load())


def test_a_load_run_does_not_load_what_there_is_for_people_to_look_at() -> None:
    loaded = subprocess.run([sys.executable, "-c", LOADED], capture_output=True, text=True, check=True).stdout.split()
    for module in ("inspection", "stages.stages", "preempting", "controllers.cronjob", "kubelet.simulated"):
        assert f"plimsoll.simcluster.{module}" not in loaded
    machinery = [module for module in loaded if module.startswith("plimsoll.apimachinery.")]
    assert all(module.startswith("plimsoll.apimachinery.flowcontrol") for module in machinery)
