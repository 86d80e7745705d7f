from __future__ import annotations

from typing import Any

import pytest

from plimsoll.kube.resources import PERSISTENTVOLUMECLAIMS, PERSISTENTVOLUMES, PODS, STORAGECLASSES, Object
from plimsoll.simcluster.controllers.volumebinder import VolumeBinder
from plimsoll.simcluster.controllers.volumeprotection import VolumeProtection
from tests.simcluster.controlplane import ControlPlane


@pytest.fixture
def made() -> ControlPlane:
    plane = ControlPlane(detailed=True)
    plane.start(VolumeBinder)
    plane.start(VolumeProtection)
    plane.namespace()
    return plane


def volume(made: ControlPlane, name: str, size: str, **spec: Any) -> Object:
    body = {"capacity": {"storage": size}, "accessModes": ["ReadWriteOnce"], **spec}
    return made.create(PERSISTENTVOLUMES, name, spec=body)


def claim(made: ControlPlane, size: str = "1Gi", **spec: Any) -> Object:
    resources = {"requests": {"storage": size}}
    body = {"resources": resources, "accessModes": ["ReadWriteOnce"], **spec}
    return made.create(PERSISTENTVOLUMECLAIMS, "data", "ns", spec=body)


def stored(made: ControlPlane) -> Object:
    return made.get(PERSISTENTVOLUMECLAIMS, "data", "ns")


def test_a_claim_gets_the_smallest_volume_that_is_large_enough(made: ControlPlane) -> None:
    for name, size in (("huge", "100Gi"), ("small", "1Gi"), ("right", "5Gi")):
        volume(made, name, size)
    claim(made, "3Gi")
    made.run(5)

    assert stored(made)["spec"]["volumeName"] == "right"
    assert stored(made)["status"]["phase"] == "Bound"
    assert stored(made)["status"]["capacity"] == {"storage": "5Gi"}
    assert made.get(PERSISTENTVOLUMES, "right")["status"]["phase"] == "Bound"
    assert made.get(PERSISTENTVOLUMES, "huge")["status"]["phase"] == "Available"


def test_a_claim_waits_for_a_volume_that_comes_later(made: ControlPlane) -> None:
    claim(made)
    made.run(5)
    assert stored(made)["status"]["phase"] == "Pending"
    volume(made, "late", "2Gi")
    made.run(5)

    assert stored(made)["status"]["phase"] == "Bound"


def test_a_class_provisions_a_volume_and_takes_it_back(made: ControlPlane) -> None:
    made.create(STORAGECLASSES, "fast", provisioner="x.example", reclaimPolicy="Delete")
    claim(made, storageClassName="fast")
    made.run(5)
    name = stored(made)["spec"]["volumeName"]
    assert made.get(PERSISTENTVOLUMES, name)["spec"]["csi"]["driver"] == "x.example"
    made.delete(PERSISTENTVOLUMECLAIMS, "data", "ns")
    made.run(5)

    assert len(made.collection(PERSISTENTVOLUMECLAIMS)) == 0
    assert len(made.collection(PERSISTENTVOLUMES)) == 0


def test_a_class_may_wait_for_the_first_pod(made: ControlPlane) -> None:
    made.create(STORAGECLASSES, "late", provisioner="x.example", volumeBindingMode="WaitForFirstConsumer")
    claim(made, storageClassName="late")
    made.run(5)
    assert stored(made)["status"]["phase"] == "Pending"
    volumes = [{"name": "v", "persistentVolumeClaim": {"claimName": "data"}}]
    pod = made.pod("p", volumes=volumes)
    made.pods.replace(pod, spec={**pod["spec"], "nodeName": "node"})
    made.run(5)

    assert stored(made)["status"]["phase"] == "Bound"


def test_a_retained_volume_is_released_when_its_claim_goes(made: ControlPlane) -> None:
    volume(made, "kept", "2Gi", persistentVolumeReclaimPolicy="Retain")
    claim(made)
    made.run(5)
    made.delete(PERSISTENTVOLUMECLAIMS, "data", "ns")
    made.run(5)

    assert made.get(PERSISTENTVOLUMES, "kept")["status"]["phase"] == "Released"


def test_a_claim_that_a_pod_uses_stays_until_the_pod_is_gone(made: ControlPlane) -> None:
    made.machines.dead.add("node")
    volume(made, "v", "2Gi")
    claim(made)
    volumes = [{"name": "v", "persistentVolumeClaim": {"claimName": "data"}}]
    made.pod("p", volumes=volumes, nodeName="node")
    made.run(5)
    made.delete(PERSISTENTVOLUMECLAIMS, "data", "ns")
    made.run(5)
    assert "deletionTimestamp" in stored(made)["metadata"]
    made.pods.remove(made.get(PODS, "p", "ns"))
    made.run(5)

    assert len(made.collection(PERSISTENTVOLUMECLAIMS)) == 0
