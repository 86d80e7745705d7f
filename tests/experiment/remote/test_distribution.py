"""A run whose workers are pods of the cluster that it loads: a served one, whose containers are processes."""

from __future__ import annotations

import os
from collections import Counter
from pathlib import Path

import pytest

from plimsoll.cluster.credentials.access import find_access
from plimsoll.experiment.remote.cleaning import Remains, find_remains
from plimsoll.experiment.remote.target import Target, client_of
from plimsoll.experiment.remote.wallclock import run_in_wall_time
from tests.experiment.remote.test_true_workloads import PLIMSOLL, run, serving

SCENARIO = """
name: spread
cluster: {nodes: 3}
load:
  jobs:
  - name: spread
    namespaces: 5
    objects:
    - {kind: Secret, name: secret, count: 3}
    - {kind: ConfigMap, name: settings, count: 2}
    wait: {for: none}
"""


def remains(kubeconfig: Path) -> Remains:
    async def main() -> Remains:
        with client_of(Target(find_access(kubeconfig=kubeconfig))) as cluster:
            return await find_remains(cluster, None)

    return run_in_wall_time(main())


@pytest.mark.slow
def test_workers_in_pods_create_everything_and_nothing_is_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(
        "PATH", f"{Path(PLIMSOLL[0]).parent}{os.pathsep}{os.environ['PATH']}"
    )  # its python3 has Plimsoll
    scenario = tmp_path / "spread.yaml"
    scenario.write_text(SCENARIO)
    with serving(tmp_path) as flags:
        distribution = ["--distribute", "--workers", "2", "--image", "whatever: images are ignored here"]
        code, summary, archive = run(str(scenario), [*flags, *distribution], tmp_path / "runs")
        left = remains(Path(flags[1]))

    assert (code, summary["verdict"]) == (0, "pass")
    created = Counter[str]()
    for row in archive.table("requests").to_pylist():
        if (row["client"], row["verb"], row["code"], row["measure"]) == ("driver", "POST", 201, "latency"):
            created[row["resource"]] += row["count"]
    assert created == {"namespaces": 5, "secrets": 15, "configmaps": 10}
    assert [each for each in left.namespaces if "deletionTimestamp" not in each["metadata"]] == []
    assert left.roles == []
