"""All timestamps of a cluster are cut from the same clock, also where its second zero is not at the turn of a second."""

from __future__ import annotations

from plimsoll.kube.resources import SECRETS
from tests.simcluster.controlplane import ControlPlane


def test_the_fraction_of_second_zero_counts() -> None:
    plane = ControlPlane()
    plane.api.epoch_seconds = 1_577_836_800.6  # 2020-01-01T00:00:00.6Z
    plane.namespace()
    for _ in range(4):
        plane.run(0.3)
        created = plane.create(SECRETS, f"at-{plane.kernel.now}", "ns")["metadata"]["creationTimestamp"]
        assert created == plane.api.timestamp() == plane.api.micro_timestamp().partition(".")[0] + "Z"
