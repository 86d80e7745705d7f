"""A worker in a pod of the cluster under test: ``python3 -m plimsoll.experiment.remote.workers.inpod``.

Its order is a mounted file, its tasks come as entries of a config map that it watches, and what it says is its log.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from plimsoll.cluster.credentials.access import in_cluster_access
from plimsoll.cluster.http.adapter import HttpCluster
from plimsoll.errors import ApiError, PlimsollError
from plimsoll.experiment.remote.target import Target, connected
from plimsoll.experiment.remote.wallclock import origin_seconds, run_in_wall_time
from plimsoll.experiment.remote.workers.messages import Order, read_order
from plimsoll.experiment.remote.workers.working import work
from plimsoll.kube.resources import CONFIGMAPS

if TYPE_CHECKING:
    from plimsoll.cluster.credentials.access import Access
    from plimsoll.kube.resources import Object

TASKS = "tasks"
"""The config map that is watched: an entry for each task, by its number, and one that is changed again and again."""
HEARTBEAT = "alive"
HEARTBEAT_SECONDS = 15.0
SILENCE_SECONDS = 90.0
"""A leader that has not changed anything for so long is gone."""
INDEX = "JOB_COMPLETION_INDEX"
"""A worker's number (pkg/controller/job/indexed_job_utils.go)."""


async def tasks_of(access: Access) -> AsyncIterator[bytes]:
    """The tasks in order, each once; the end when the leader is silent or the config map is gone."""
    with connected(Target(access)) as session:
        cluster = HttpCluster(session)
        told = 0
        async with aclosing(_versions(cluster, access.namespace)) as versions:
            while True:
                try:
                    async with asyncio.timeout(SILENCE_SECONDS):
                        data = await anext(versions, None)
                except TimeoutError:
                    return
                if data is None:
                    return
                while str(told) in data:
                    told += 1
                    yield data[str(told - 1)].encode()


async def _versions(cluster: HttpCluster, namespace: str) -> AsyncGenerator[dict[str, str], None]:
    """What the config map holds, now and after each change, until it is gone."""
    while True:
        listing = await cluster.list(CONFIGMAPS, namespace)
        for item in listing.items:
            if item["metadata"]["name"] == TASKS:
                yield _data(item)
        try:
            async for batch in cluster.watch(CONFIGMAPS, namespace, resource_version=listing.resource_version):
                for change in batch:
                    if change.object["metadata"]["name"] == TASKS:
                        if change.type == "DELETED":
                            return
                        yield _data(change.object)
        except ApiError as error:
            if error.reason not in {"Expired", "Gone"}:
                raise


def _data(config_map: Object) -> dict[str, str]:
    data: dict[str, str] = config_map.get("data") or {}
    return data


def _say(line: bytes) -> None:
    sys.stdout.buffer.write(line)
    sys.stdout.buffer.flush()


def main() -> int:
    """Work until there is nothing more to do; what went wrong is the last line of the log."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--order", type=Path, required=True)
    parser.add_argument("--service-account", type=Path, required=True)
    arguments = parser.parse_args()
    try:
        order: Order = replace(read_order(arguments.order.read_bytes()), number=int(os.environ[INDEX]))
        access = in_cluster_access(os.environ, arguments.service_account)
        tasks = tasks_of(access)
        run_in_wall_time(work(order, access, tasks, _say), origin_seconds=origin_seconds(order.epoch_seconds))
    except PlimsollError as error:
        sys.stderr.write(f"{error}\n")
        return error.exit_code
    return 0


if __name__ == "__main__":
    sys.exit(main())
