"""The clients that ``bench.loading`` compares, one per process: each creates the same pods and exits.

python -m bench.loadclients plimsoll|aiohttp|official KUBECONFIG NAMESPACE COUNT
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

PARALLEL = 20
Object = dict[str, Any]


def pod(number: int, namespace: str, shared: Object) -> Object:
    """One of the objects; all share their labels and spec, as those of a load do."""
    metadata = {"name": f"web-{number}", "namespace": namespace, "labels": shared["labels"]}
    return {"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": shared["spec"]}


def shared_parts() -> Object:
    """Labels and spec: nobody schedules such a pod, so that the server has nothing else to do; secrets as in the article."""
    names = [f"secret-{number}" for number in range(3)]
    mounts = [{"name": name, "mountPath": f"/mnt/{name}", "readOnly": True} for name in names]
    container = {"name": "pause", "image": "registry.k8s.io/pause:3.10", "volumeMounts": mounts}
    volumes = [{"name": name, "secret": {"secretName": name}} for name in names]
    spec = {"schedulerName": "nobody", "containers": [container], "volumes": volumes}
    return {"labels": {"plimsoll.dev/run": "bench", "app": "web"}, "spec": spec}


def load_with_plimsoll(kubeconfig: str, namespace: str, count: int) -> None:
    """The driver's own way: a phase of operations, a sender, a client that retries, the adapter."""
    from plimsoll.cluster.credentials.access import find_access  # noqa: PLC0415 - each client pays for its own imports
    from plimsoll.cluster.http.adapter import HttpCluster  # noqa: PLC0415
    from plimsoll.driver.client import Client  # noqa: PLC0415
    from plimsoll.driver.sending import Sender  # noqa: PLC0415
    from plimsoll.driver.steps import Call, Chain, Operation  # noqa: PLC0415
    from plimsoll.driver.tally import Tally  # noqa: PLC0415
    from plimsoll.experiment.remote.target import Target, connected  # noqa: PLC0415
    from plimsoll.experiment.remote.wallclock import run_in_wall_time  # noqa: PLC0415
    from plimsoll.kube.resources import PODS  # noqa: PLC0415
    from plimsoll.scenario.pace import Pace  # noqa: PLC0415

    shared = shared_parts()

    def chains() -> Iterator[Chain]:
        for number in range(count):
            manifest = pod(number, namespace, shared)
            yield Chain((Call((Operation("create", PODS, namespace, f"web-{number}", manifest),)),))

    async def main() -> None:
        with connected(Target(find_access(kubeconfig=Path(kubeconfig)))) as session:
            tally = Tally()
            client = Client(HttpCluster(session), tally)
            await Sender(client, Pace(parallelism=PARALLEL), "", lambda _: None).send(chains())
            assert tally.created["Pod"] == count, tally  # noqa: S101 - or else nothing was measured

    run_in_wall_time(main())


def load_with_aiohttp(kubeconfig: str, namespace: str, count: int) -> None:
    """The least that can be done with aiohttp and uvloop: encode, send, read."""
    import aiohttp  # noqa: PLC0415
    import orjson  # noqa: PLC0415
    import uvloop  # noqa: PLC0415

    from plimsoll.cluster.credentials.access import find_access  # noqa: PLC0415

    shared = shared_parts()
    access = find_access(kubeconfig=Path(kubeconfig))
    url = f"{access.endpoint.url}/api/v1/namespaces/{namespace}/pods"

    async def main() -> None:
        identity = await access.make_credentials().renew(None)
        name, _, value = identity.headers.decode().strip().partition(": ")
        headers = {name: value, "Content-Type": "application/json"}
        connector = aiohttp.TCPConnector(limit=PARALLEL, ssl=access.endpoint.tls or False)
        numbers = iter(range(count))
        async with aiohttp.ClientSession(connector=connector, headers=headers) as session:

            async def work() -> None:
                for number in numbers:
                    body = orjson.dumps(pod(number, namespace, shared))
                    async with session.post(url, data=body, raise_for_status=True) as response:
                        await response.read()

            await asyncio.gather(*(work() for _ in range(PARALLEL)))

    uvloop.run(main())


def load_with_official_client(kubeconfig: str, namespace: str, count: int) -> None:
    """The official Python client as its examples use it."""
    from kubernetes import client, config  # noqa: PLC0415

    config.load_kube_config(kubeconfig)
    core: Any = client.CoreV1Api()  # it takes dictionaries, but its types do not say so
    shared = shared_parts()
    for number in range(count):
        core.create_namespaced_pod(namespace, pod(number, namespace, shared))


CLIENTS = {"plimsoll": load_with_plimsoll, "aiohttp": load_with_aiohttp, "official": load_with_official_client}


if __name__ == "__main__":
    CLIENTS[sys.argv[1]](sys.argv[2], sys.argv[3], int(sys.argv[4]))
