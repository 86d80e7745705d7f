"""Controllers of a served cluster write as its clients do."""

from __future__ import annotations

import pytest

from plimsoll.kube.resources import CONFIGMAPS, PODS
from plimsoll.registry.componentapi import ServedApi
from plimsoll.registry.registry import Registry
from plimsoll.simcluster.api import NamespaceTerminatingError
from plimsoll.simcluster.assembly import SimulatedCluster, assemble
from plimsoll.simcluster.profile import load_profile
from plimsoll.telemetry import NullTelemetry
from tests.registry.clusters import Served


@pytest.fixture
def cluster() -> SimulatedCluster:
    made = assemble(load_profile("ideal"), [], 1, NullTelemetry(), make_api=ServedApi)
    Registry(made)
    made.kernel.run(5.0)
    return made


def test_what_a_controller_creates_has_defaults_and_shows_who_wrote_it(cluster: SimulatedCluster) -> None:
    pods = cluster.store.collection(PODS)
    spec = {"schedulerName": "none", "containers": [{"name": "app", "image": "registry.example/app:1"}]}
    pod = cluster.api.create(pods, "default", {"metadata": {"name": "p"}, "spec": spec})
    assert pod["spec"]["dnsPolicy"] == "ClusterFirst"
    assert pod["metadata"]["managedFields"][0]["manager"] == "kube-controller-manager"


def test_a_controller_is_told_that_a_namespace_goes(cluster: SimulatedCluster) -> None:
    configmaps = cluster.store.collection(CONFIGMAPS)
    namespaces = cluster.store.collection(Served().resource(("", "v1", "namespaces")))
    cluster.api.create(namespaces, "", {"metadata": {"name": "going"}})
    cluster.api.delete(namespaces, "", "going")
    with pytest.raises(NamespaceTerminatingError):
        cluster.api.create(configmaps, "going", {"metadata": {"name": "c"}})
