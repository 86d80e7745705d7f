"""kube-burner's configurations, fewer iterations, against a cluster that speaks HTTP."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from plimsoll.archive.reader import RunArchive
from tests.experiment.remote.test_true_workloads import PLIMSOLL, run

CONFIGURATIONS = Path(__file__).parents[2] / "data" / "kube_burner"


@contextmanager
def serving(folder: Path) -> Iterator[list[str]]:
    """A served cluster, whose time passes ten times as fast; the flags that name it."""
    kubeconfig = folder / "kubeconfig"
    command = [sys.executable, "-m", "plimsoll", "serve", "--rate", "10", "--kubeconfig", str(kubeconfig)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        try:
            assert server.stdout is not None
            server.stdout.readline()
            yield ["--kubeconfig", str(kubeconfig)]
        finally:
            server.terminate()


def shortened(folder: Path, name: str) -> str:
    """A configuration whose jobs are done twice, ten times as fast and without a pause."""
    copy = shutil.copytree(CONFIGURATIONS / name, folder / name) / f"{name}.yml"
    text = re.sub(r"jobIterations: \d+", "jobIterations: 2", copy.read_text())
    text = re.sub(r"(qps|burst): (\d+)", r"\1: \g<2>0", text)
    copy.write_text(re.sub(r"jobPause: \S+", "jobPause: 0s", text))
    return str(copy)


def requests(archive: RunArchive) -> Counter[str]:
    counts = Counter[str]()
    for row in archive.table("requests").to_pylist():
        if row["client"] == "driver" and row["measure"] == "latency":
            counts[f"{row['verb']} {row['resource']} {row['code']}"] += row["count"]
    return counts


@pytest.mark.slow
def test_configurations_run_on_a_context_with_all_their_kinds_of_patches(tmp_path: Path) -> None:
    assert PLIMSOLL[0] == sys.executable
    with serving(tmp_path) as flags:
        density, _, _ = run(shortened(tmp_path, "kubelet-density"), flags, tmp_path / "runs")
        intensive, _, archive = run(shortened(tmp_path, "api-intensive"), flags, tmp_path / "runs")

    assert (density, intensive) == (0, 0)
    counts = requests(archive)
    assert counts["PATCH deployments 200"] == 2 * 3 * 2  # JSON patch, apply and strategic merge, twice on each of two
    assert counts["DELETE deployments 200"] == counts["DELETE secrets 200"] == 2
    assert not [key for key in counts if int(key.split()[-1]) >= 400]
