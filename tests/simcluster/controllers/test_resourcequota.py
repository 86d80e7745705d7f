from __future__ import annotations

from plimsoll.kube.resources import PODS, RESOURCEQUOTAS, SECRETS
from plimsoll.simcluster.controllers.resourcequota import ResourceQuotaController
from tests.simcluster.controlplane import ControlPlane


def used(made: ControlPlane) -> dict[str, str]:
    found: dict[str, str] = made.get(RESOURCEQUOTAS, "q", "ns")["status"]["used"]
    return found


def plane() -> ControlPlane:
    made = ControlPlane(detailed=True)
    made.start(ResourceQuotaController)
    made.namespace()
    return made


def test_a_new_quota_is_filled_in_with_what_there_is() -> None:
    made = plane()
    made.create(SECRETS, "s", "ns")
    hard = {"secrets": "1", "pods": "4", "services": "1", "requests.cpu": "2"}
    made.create(RESOURCEQUOTAS, "q", "ns", spec={"hard": hard})
    made.run(5)

    assert made.get(RESOURCEQUOTAS, "q", "ns")["status"]["hard"] == hard
    assert used(made) == {"secrets": "1", "pods": "0", "services": "0", "requests.cpu": "0"}


def test_what_goes_is_given_back_and_what_comes_is_counted() -> None:
    made = plane()
    made.create(RESOURCEQUOTAS, "q", "ns", spec={"hard": {"secrets": "2", "pods": "4", "requests.cpu": "2"}})
    made.create(SECRETS, "s", "ns")
    resources = {"requests": {"cpu": "500m"}}
    made.create(PODS, "p", "ns", spec={"containers": [{"name": "c", "resources": resources}]})
    made.run(5)
    assert used(made) == {"secrets": "1", "pods": "1", "requests.cpu": "500m"}
    made.delete(SECRETS, "s", "ns")
    made.delete(PODS, "p", "ns")
    made.run(5)

    assert used(made) == {"secrets": "0", "pods": "0", "requests.cpu": "0"}


def test_a_pod_that_has_ended_uses_nothing_any_more() -> None:
    made = plane()
    made.create(RESOURCEQUOTAS, "q", "ns", spec={"hard": {"pods": "4"}})
    pod = made.pod("p")
    made.run(5)
    assert used(made) == {"pods": "1"}
    made.pods.replace(pod, status={"phase": "Succeeded"})
    made.run(5)

    assert used(made) == {"pods": "0"}
