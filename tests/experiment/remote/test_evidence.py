"""What a run on a cluster that speaks HTTP brings home of the cluster itself."""

from __future__ import annotations

from pathlib import Path

import pytest

from plimsoll.archive.reader import RunArchive
from plimsoll.testing.servers import served
from tests.experiment.remote.test_true_workloads import run

SCENARIO = """
name: evidence
cluster: {nodes: 2}
load:
  jobs:
  - name: pods
    namespaces: 8
    objects:
    - {kind: Secret, name: secret}
    - {kind: Pod, name: pod, pod: {secrets: [secret]}}
    hold: 2s
measure: {interval: 0.3s}
"""


def samples(archive: RunArchive) -> dict[str, dict[str, list[float]]]:
    found: dict[str, dict[str, list[float]]] = {}
    for row in archive.table("samples").to_pylist():
        found.setdefault(row["series"], {}).setdefault(row["instance"], []).append(row["value"])
    return found


@pytest.mark.slow
@pytest.mark.parametrize(("profile", "shown"), [("openshift-4.2", False), ("kubernetes-1.36", True)])
def test_a_run_on_a_context_has_the_evidence_that_the_version_shows(
    tmp_path: Path, profile: str, *, shown: bool
) -> None:
    scenario = tmp_path / "evidence.yaml"
    scenario.write_text(SCENARIO)
    with served(profile=profile, nodes=2, rate=10) as server:
        code, _, archive = run(str(scenario), ["--kubeconfig", str(server.kubeconfig)], tmp_path / "runs")
    found = samples(archive)

    assert code == 0
    assert found["config.kubelet.kubeAPIQPS"] == {"": [50 if shown else 5]}
    assert found["config.kubelet.configMapAndSecretChangeDetectionStrategy"] == {"": [2 if shown else 1]}
    assert found["node.maxPods"].keys() == {""}
    assert max(max(values) for values in found["kubelet.requestsPerSecond"].values()) > 0
    assert found["kubelet.requestsPerSecond"].keys() == {"worker-0", "worker-1"}
    assert ("kubelet.limiterWaitSeconds" in found, "kubelet.statusSyncSeconds" in found) == (shown, shown)
    assert {"scheduler.cyclesPerSecond", "controller.queueSeconds", "apiserver.requestsPerSecond"} <= found.keys()
    assert max(found["apiserver.storageObjects"]["pods"]) >= 8
    requests = archive.table("requests").to_pylist()
    assert {"PATCH pods/status", "POST pods"} <= {
        f"{row['verb']} {row['resource']}" for row in requests if row["client"] == "all"
    }
    assert any(row["reason"] == "Scheduled" for row in archive.table("events").to_pylist())
