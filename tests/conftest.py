"""What every test can count on."""

from __future__ import annotations

import os
import signal

import pytest
from hypothesis import HealthCheck, settings

from tests.sharing import SharingCrew

# Whoever runs tests in the background has Ctrl-C ignored, here and in every process that a test starts; some press it.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

# Derandomised: the same commit gives the same verdict everywhere. No deadline: the machine may be busy, and no test
# here is about the wall clock.
settings.register_profile(
    "plimsoll", derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow], print_blob=True
)
settings.load_profile("plimsoll")


@pytest.fixture(scope="session")
def gallery_crew(tmp_path_factory: pytest.TempPathFactory) -> SharingCrew:
    """Makes each run once in a session, for all tests in all of its processes."""
    own = tmp_path_factory.getbasetemp()
    return SharingCrew((own.parent if "PYTEST_XDIST_WORKER" in os.environ else own) / "shared")
