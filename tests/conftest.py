"""What every test can count on."""

from __future__ import annotations

from hypothesis import HealthCheck, settings

# Derandomised: the same commit gives the same verdict everywhere. No deadline: the machine may be busy, and no test
# here is about the wall clock.
settings.register_profile(
    "plimsoll", derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow], print_blob=True
)
settings.load_profile("plimsoll")
