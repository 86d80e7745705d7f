"""What it costs to make load: processor time of the client for each 10,000 objects that it creates.

All clients create the same pods on the same served cluster, in turn, several times over. Where one process creates them
all, the difference between creating many and creating few counts, so that nobody's start is held against its load. The
article that Plimsoll repeats had its load made by a process for every five objects: there starting is the load.
"""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median

from bench.figures import Figure
from bench.loadclients import pod, shared_parts
from bench.process import timed
from plimsoll.cluster.credentials.access import find_access
from plimsoll.experiment.remote.target import Target, client_of
from plimsoll.experiment.remote.wallclock import run_in_wall_time
from plimsoll.kube.resources import NAMESPACES

FEW, MANY = 50, 850
FACTOR_OF_MANY = {"plimsoll": 5, "aiohttp": 2}
"""Cheap clients create more, or their cost would drown in what one process differs from the next."""
ROUNDS = 3
PER = 10_000
BATCH, BATCHES = 5, 6
"""Objects per call of kubectl in the article's way, and how many such calls are measured."""
NAMES = {
    "plimsoll": "Plimsoll",
    "aiohttp": "bare aiohttp",
    "official": "official client",
    "kubectl": "kubectl apply, one file",
    "article": "kubectl apply, five objects a call",
}

Cost = Callable[[str, int], float]


def measure() -> Iterator[Figure]:
    """Compare Plimsoll's driver, bare aiohttp, the official Python client and ``kubectl apply`` as users type it."""
    with _served() as (kubeconfig, folder):
        clients = {name: _python_client(name, kubeconfig) for name in ("plimsoll", "aiohttp", "official")}
        kubectl = shutil.which("kubectl") or shutil.which("kubectl-debian", path=str(Path(sys.executable).parent))
        if kubectl is not None:
            clients["kubectl"] = _kubectl(kubectl, kubeconfig, folder)
        seconds = _compare(clients, kubeconfig)
        if kubectl is not None:
            seconds["article"] = _article(kubectl, kubeconfig, folder)
    for name, value in seconds.items():
        yield Figure(f"loading: CPU for 10,000 objects, {NAMES[name]}", value, "s")
    for name in ("official", "kubectl", "article"):
        if name in seconds:
            ratio = seconds[name] / seconds["plimsoll"]
            yield Figure(f"loading: {NAMES[name]}, against Plimsoll", ratio, "x", limit=10, direction="at least")


def _compare(clients: dict[str, Cost], kubeconfig: Path) -> dict[str, float]:
    """The median of some rounds, in each of which every client has its turn, so that a busy machine is busy for all."""
    rounds: dict[str, list[float]] = {name: [] for name in clients}
    for number in range(ROUNDS):
        for name, cost in clients.items():
            many = MANY * FACTOR_OF_MANY.get(name, 1)
            spent = [cost(_new_namespace(kubeconfig, f"{name}-{number}-{count}"), count) for count in (FEW, many)]
            rounds[name].append((spent[1] - spent[0]) * PER / (many - FEW))
    return {name: median(values) for name, values in rounds.items()}


def _python_client(name: str, kubeconfig: Path) -> Cost:
    def cost(namespace: str, count: int) -> float:
        command = [sys.executable, "-m", "bench.loadclients", name, str(kubeconfig), namespace, str(count)]
        return timed(command).cpu_seconds

    return cost


def _kubectl(program: str, kubeconfig: Path, folder: Path) -> Cost:
    def cost(namespace: str, count: int) -> float:
        return _apply(program, kubeconfig, folder, namespace, range(count))

    return cost


def _article(program: str, kubeconfig: Path, folder: Path) -> float:
    """A process for every few objects. Two at a time, as there, would make nothing cheaper."""
    namespace = _new_namespace(kubeconfig, "article")
    starts = range(0, BATCH * BATCHES, BATCH)
    calls = [_apply(program, kubeconfig, folder, namespace, range(start, start + BATCH)) for start in starts]
    return median(calls) * PER / BATCH


def _apply(program: str, kubeconfig: Path, folder: Path, namespace: str, numbers: range) -> float:
    shared = shared_parts()
    items = [pod(number, namespace, shared) for number in numbers]
    path = folder / "objects.json"
    path.write_text(json.dumps({"apiVersion": "v1", "kind": "List", "items": items}))
    return timed([program, "--kubeconfig", str(kubeconfig), "apply", "-f", str(path)]).cpu_seconds


def _new_namespace(kubeconfig: Path, name: str) -> str:
    """A namespace that nobody has used, made by a client that is not measured."""

    async def main() -> None:
        with client_of(Target(find_access(kubeconfig=kubeconfig))) as cluster:
            await cluster.create(NAMESPACES, {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}})

    run_in_wall_time(main())
    return name


@contextmanager
def _served() -> Iterator[tuple[Path, Path]]:
    """A served cluster's kubeconfig, and a folder to write to."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        kubeconfig = folder / "config"
        program = str(Path(sys.executable).with_name("plimsoll"))
        server = subprocess.Popen(
            [program, "serve", "--kubeconfig", str(kubeconfig)], stdout=subprocess.PIPE, text=True
        )
        try:
            assert server.stdout is not None  # noqa: S101 - it is a pipe
            server.stdout.readline()  # said when it is ready
            yield kubeconfig, folder
        finally:
            server.send_signal(signal.SIGINT)
            server.wait()
