"""A kopf operator in a process of its own: its handlers fire, and what they write is stored."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from plimsoll.testing import Server, served
from tests.clients.waiting import eventually

pytestmark = pytest.mark.slow

OPERATOR = Path(__file__).with_name("operators.py")

DEFINITION = """
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: gizmos.kopf.example.com}
spec:
  group: kopf.example.com
  scope: Namespaced
  names: {plural: gizmos, kind: Gizmo}
  versions:
  - name: v1
    served: true
    storage: true
    subresources: {status: {}}
    schema:
      openAPIV3Schema:
        type: object
        properties:
          spec: {type: object, properties: {size: {type: integer}}}
          status: {type: object, x-kubernetes-preserve-unknown-fields: true}
"""

GIZMO = {"apiVersion": "kopf.example.com/v1", "kind": "Gizmo", "metadata": {"name": "g"}, "spec": {"size": 1}}


@pytest.fixture
def operated(tmp_path: Path) -> Iterator[Server]:
    """A server whose Gizmos an operator looks after."""
    with served(nodes=1) as server, (tmp_path / "operator.log").open("w") as log:
        server.apply(DEFINITION)
        server.until(lambda: server.is_ready("crd", "gizmos.kopf.example.com"))
        command = [sys.executable, "-m", "kopf", "run", "--standalone", "-n", "default", str(OPERATOR)]
        environment = {**os.environ, "KUBECONFIG": str(server.kubeconfig)}
        with subprocess.Popen(command, env=environment, stdout=log, stderr=subprocess.STDOUT) as operator:
            try:
                yield server
            finally:
                operator.terminate()


def status(server: Server) -> Any:
    return server.get("gizmo", "g").get("status", {})


def test_handlers_fire_and_finalizers_hold(operated: Server) -> None:
    operated.create(GIZMO)
    eventually(lambda: status(operated).get("create") == {"size": 1})
    assert operated.get("configmap", "g")["data"] == {"size": "1"}
    assert operated.get("gizmo", "g")["metadata"]["finalizers"] == ["kopf.example.com/finalizer"]

    operated.patch("gizmo", "g", {"spec": {"size": 2}})
    eventually(lambda: status(operated).get("resized") == "1 to 2")
    assert operated.get("configmap", "g")["data"] == {"size": "2"}

    eventually(lambda: status(operated).get("ticks", 0) >= 2)

    pod = {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": "p", "labels": {"gizmo": "g"}},
        "spec": {"containers": [{"name": "c", "image": "registry.example/c:1"}]},
    }
    operated.create(pod)
    eventually(lambda: status(operated).get("pod") == "Running")

    operated.delete("gizmo", "g")
    eventually(lambda: operated.find("gizmo", "g") is None)
    assert operated.find("configmap", "g") is None
    eventually(lambda: any("Deletion is processed" in event["message"] for event in operated.events(about="g")))
