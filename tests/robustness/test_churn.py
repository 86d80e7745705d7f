"""An hour of churn in virtual time: what the server keeps depends on what there is, not on what there was."""

from __future__ import annotations

import gc
from collections import deque
from collections.abc import Iterator
from typing import Any

import pytest

from plimsoll.apimachinery.decoding import Interner
from plimsoll.embed.pacer import Pacer
from plimsoll.registry.verbs import moulds
from plimsoll.serve import fairness
from plimsoll.serve.frontend import begin, build
from plimsoll.simcluster import api
from plimsoll.simcluster.controllers import deploymentparts, replicaset
from plimsoll.simcluster.kubelet import documents, needs
from plimsoll.simcluster.scheduling import census, classification
from tests.robustness.servers import cluster
from tests.serve.frontends import USERS, Served

NAMESPACE = "/api/v1/namespaces/default"
DEPLOYMENTS = "/apis/apps/v1/namespaces/default/deployments"
LEASES = "/apis/coordination.k8s.io/v1/namespaces/default/leases"
ROUND_SECONDS = 60.0
CONTAINERS = [{"name": "c", "image": "i", "resources": {"requests": {"cpu": "10m", "memory": "1Mi"}}}]


class Churn:
    """Clients that never rest. Names are never used twice, so that whatever is kept by name shows."""

    def __init__(self, api: Served) -> None:
        self.api = api
        self.number = 0
        labels = {"app": "steady"}
        template = {"metadata": {"labels": labels}, "spec": {"containers": CONTAINERS}}
        spec = {"replicas": 2, "selector": {"matchLabels": labels}, "template": template}
        self.ask("POST", DEPLOYMENTS, {"metadata": {"name": "steady"}, "spec": spec}, 201)
        self.ask("POST", LEASES, {"metadata": {"name": "leader"}, "spec": {"holderIdentity": "me"}}, 201)

    def ask(self, method: str, target: str, body: Any, code: int, **more: Any) -> Any:
        reply = self.api.ask(method, target, body, **more)
        assert reply.status == code, reply.body
        return reply

    def wait(self, seconds: float) -> None:
        self.api.clock[0] += seconds
        while self.api.cluster.kernel.now < self.api.clock[0] - 1e-3:
            before = self.api.cluster.kernel.now
            self.api.pacer.catch_up()
            if self.api.cluster.kernel.now == before:
                break

    def round(self) -> None:
        self.number += 1
        name = f"churn-{self.number}"
        labels = {"app": name}
        spec = {"containers": CONTAINERS, "terminationGracePeriodSeconds": 1}
        template = {"metadata": {"labels": labels}, "spec": spec}
        self.ask("POST", f"{NAMESPACE}/pods", {"metadata": {"name": name, "labels": labels}, "spec": spec}, 201)
        self.ask(
            "POST",
            DEPLOYMENTS,
            {
                "metadata": {"name": name},
                "spec": {"replicas": 2, "selector": {"matchLabels": labels}, "template": template},
            },
            201,
        )
        self.ask(
            "POST",
            f"{NAMESPACE}/services",
            {"metadata": {"name": name}, "spec": {"selector": labels, "ports": [{"port": 80}]}},
            201,
        )
        self.ask("POST", f"{NAMESPACE}/configmaps", {"metadata": {"name": name}, "data": {name: name}}, 201)
        self.ask("POST", f"{NAMESPACE}/serviceaccounts", {"metadata": {"name": name}}, 201)
        token = self.ask("POST", f"{NAMESPACE}/serviceaccounts/{name}/token", {"spec": {}}, 201).json["status"]["token"]
        self.ask("GET", f"{NAMESPACE}/pods", None, 403, token=token)
        self.ask("GET", f"{NAMESPACE}/pods", None, 403, headers={"impersonate-user": name})
        self.ask("GET", f"/api/v1/{name}", None, 404)
        self.ask("POST", "/api/v1/namespaces", {"metadata": {"name": name}}, 201)
        self.ask("POST", f"/api/v1/namespaces/{name}/pods", {"metadata": {"name": name}, "spec": spec}, 201)
        self.wait(ROUND_SECONDS / 3)
        merge = {"content-type": "application/merge-patch+json"}
        for replicas in (4, 1):
            scale = {"spec": {"replicas": replicas}}
            self.ask("PATCH", f"{DEPLOYMENTS}/steady/scale", scale, 200, headers=merge)
            self.wait(1.0)
        self.ask("PATCH", f"{LEASES}/leader", {"spec": {"leaseTransitions": self.number}}, 200, headers=merge)
        self.ask("PATCH", f"{DEPLOYMENTS}/{name}", {"metadata": {"annotations": {name: name}}}, 200, headers=merge)
        self.watch()
        for target in ("pods", "services", "configmaps", "serviceaccounts"):
            self.ask("DELETE", f"{NAMESPACE}/{target}/{name}", None, 200)
        self.ask("DELETE", f"{DEPLOYMENTS}/{name}", None, 200)
        self.ask("DELETE", f"/api/v1/namespaces/{name}", None, 200)
        self.wait(ROUND_SECONDS * 2 / 3 - 2.0)

    def watch(self) -> None:
        """Watch for a moment: the client goes as soon as it has been answered."""
        self.api.connection.is_lost = True
        self.ask("GET", f"{NAMESPACE}/pods?watch=1", None, 200)
        self.api.connection.is_lost = False


def served() -> Served:
    """A cluster as it is served, whose components write through the API, too."""
    simulated, clock = cluster(nodes=2), [0.0]
    registry = begin(simulated)
    pacer = Pacer(simulated.kernel, lambda: clock[0])
    return Served(simulated, registry, pacer, build(registry, pacer, "127.0.0.1:6443", USERS, None), clock)


INTERNED = Interner()._capacity
BOUNDS = {
    "ServedApi._bound_specs": api.LARGEST_SPEC_CACHE,
    "Moulds._young": moulds.CAPACITY,
    "NeedsReader._known": needs.LARGEST_CACHE,
    "StatusDocuments._shared": documents._LARGEST_CACHE,
    "Interner._young": INTERNED,
    "Fairness._flows": fairness.KEPT_FLOWS,
    "Census._classes": 2 * census.FEWEST_IDLE_CLASSES,
    "Census._idle": 2 * census.FEWEST_IDLE_CLASSES,
    "Census._classes_in": 2 * census.FEWEST_IDLE_CLASSES,
    "Census._siblings": 2 * census.FEWEST_IDLE_CLASSES,
    "Classifier._remembered": classification.MOST_REMEMBERED,
    "ReplicaSetController._statuses": replicaset.LARGEST_STATUS_CACHE,
    "SharedTemplates._known": deploymentparts.LARGEST_CACHE,
    "SharedStatuses._known": deploymentparts.LARGEST_CACHE,
}
"""What may still grow after an hour, for it is a cache, and how far."""


@pytest.mark.slow
def test_an_hour_of_churn_leaves_nothing_behind() -> None:
    churn = Churn(served())
    for _ in range(75):  # events live for an hour, history for ten minutes
        churn.round()
    before = sizes()
    for _ in range(60):
        churn.round()
    after = sizes()
    grown = {where: size for where, size in after.items() if size > before.get(where, 0) + 20}
    assert set(grown) <= set(BOUNDS)
    assert all(size <= BOUNDS[where] for where, size in grown.items())
    assert len(churn.api.front.watches) == 0


def sizes() -> dict[str, int]:
    """The largest of the containers that hold something of the program's own, by class and attribute."""
    gc.collect()
    found: dict[str, int] = {}
    for holder in gc.get_objects():
        kind = type(holder)
        if str(kind.__module__).startswith("plimsoll."):
            for name, value in attributes(holder):
                if isinstance(value, dict | list | set | deque):
                    where = f"{kind.__qualname__}.{name}"
                    found[where] = max(found.get(where, 0), len(value))
    return found


def attributes(holder: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(holder, type):
        return
    yield from getattr(holder, "__dict__", {}).items()
    for base in type(holder).__mro__:
        for slot in base.__dict__.get("__slots__", ()):
            if not slot.startswith("__") and hasattr(holder, slot):
                yield slot, getattr(holder, slot)
