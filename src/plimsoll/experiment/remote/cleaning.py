"""Removing what runs have left on a cluster: only what carries a run's label, and only the very objects that were seen.

Everything that a run creates is in namespaces of its own, but for the roles of workers on the cluster, and all of these
carry the label from the request that creates them. So at whatever moment a run was killed, they are all there is to find.
Deleting names each one's UID: one of the same name that has come meanwhile stays.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import TYPE_CHECKING

from plimsoll.driver.client import Client, run_of
from plimsoll.driver.tally import Tally
from plimsoll.errors import ApiError, RunError
from plimsoll.kube.labels import RUN_LABEL
from plimsoll.kube.resources import CLUSTERROLEBINDINGS, CLUSTERROLES, NAMESPACES

if TYPE_CHECKING:
    from plimsoll.cluster.port import Cluster
    from plimsoll.kube.resources import Object, Resource

LOOK_AGAIN_SECONDS = 1.0
RUN_WIDE = (CLUSTERROLEBINDINGS, CLUSTERROLES, NAMESPACES)
"""What a run has outside of its namespaces, and these."""
PARALLEL = 20
"""Deletions under way at a time: the namespace controller behind them works on ten."""


@dataclass(frozen=True, slots=True)
class Remains:
    """What runs have left."""

    namespaces: Sequence[Object] = field(repr=False)
    roles: Sequence[tuple[Resource, Object]] = field(default=(), repr=False)
    """Cluster roles and their bindings."""

    @property
    def by_run(self) -> Counter[str]:
        """How many namespaces each run has left."""
        return Counter(str(run_of(namespace)) for namespace in self.namespaces)


async def find_remains(cluster: Cluster, load: str | None) -> Remains:
    """What one run has left, or all of them; :class:`RunError` where the cluster would not say."""
    tally = Tally()
    selector = RUN_LABEL if load is None else f"{RUN_LABEL}={load}"
    listing = await Client(cluster, tally).list(NAMESPACES, None, selector)
    if listing is None:
        raise RunError("the namespaces cannot be listed: " + _given_up(tally))
    namespaces = [namespace for namespace in listing.items if load is None or run_of(namespace) == load]
    return Remains(namespaces, await _roles(cluster, selector))


async def _roles(cluster: Cluster, selector: str) -> list[tuple[Resource, Object]]:
    """Who may not see roles has not made any either."""
    try:
        return [
            (resource, item)
            for resource in (CLUSTERROLEBINDINGS, CLUSTERROLES)
            for item in (await cluster.list(resource, label_selector=selector)).items
        ]
    except ApiError as error:
        if error.code != HTTPStatus.FORBIDDEN:
            raise
        return []


async def remove(
    cluster: Cluster, remains: Remains, *, timeout_seconds: float, tell: Callable[[int], None] = lambda _: None
) -> None:
    """Delete them and wait until they are gone; ``tell`` is told how many are left.

    Raises :class:`RunError` where something is still there when the time is over, or may not be deleted.
    """
    tally = Tally()
    client = Client(cluster, tally)
    uids = {namespace["metadata"]["uid"]: namespace for namespace in remains.namespaces}
    deletions = iter([namespace for namespace in uids.values() if "deletionTimestamp" not in namespace["metadata"]])
    async with asyncio.TaskGroup() as workers:
        for _ in range(PARALLEL):
            workers.create_task(_delete_each(client, deletions))
    for resource, role in remains.roles:
        await client.delete(resource, role["metadata"]["name"], None, role["metadata"]["uid"])
    if tally.failures:
        raise RunError("not everything could be deleted: gave up " + _given_up(tally))
    try:
        async with asyncio.timeout(timeout_seconds):
            await _gone(cluster, set(uids), tell)
    except TimeoutError:
        left = (await find_remains(cluster, None)).namespaces
        waiting = [each for each in left if each["metadata"]["uid"] in uids]
        raise RunError(f"{len(waiting):,} namespaces are still there. {_why(waiting)}") from None


async def _delete_each(client: Client, namespaces: Iterable[Object]) -> None:
    for namespace in namespaces:
        metadata = namespace["metadata"]
        await client.delete(NAMESPACES, metadata["name"], None, metadata["uid"])


async def _gone(cluster: Cluster, uids: set[str], tell: Callable[[int], None]) -> None:
    while True:
        left = [each for each in (await find_remains(cluster, None)).namespaces if each["metadata"]["uid"] in uids]
        tell(len(left))
        if not left:
            return
        await asyncio.sleep(LOOK_AGAIN_SECONDS)


def _given_up(tally: Tally) -> str:
    return "; ".join(failure.describe(count) for failure, count in tally.given_up.items())


def _why(namespaces: Sequence[Object]) -> str:
    """What the namespace controller says holds the first of them up."""
    conditions = namespaces[0].get("status", {}).get("conditions", ()) if namespaces else ()
    reasons = [each.get("message", "") for each in conditions if each.get("status") == "True"]
    name = namespaces[0]["metadata"]["name"] if namespaces else ""
    return f"{name}: {' '.join(reasons)}" if reasons else "Give them more time with --timeout"
