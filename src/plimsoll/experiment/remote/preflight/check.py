"""All of preflight, in the order in which one answer needs another."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from plimsoll.errors import ApiError, RunError
from plimsoll.experiment.remote.permissions import METRICS, OBSERVATION, WATCH_EVENTS, PathRight, Right, rights_of
from plimsoll.experiment.remote.preflight.access import check_identity, greet, review_rights
from plimsoll.experiment.remote.preflight.findings import Findings
from plimsoll.experiment.remote.preflight.inapplicable import inapplicable
from plimsoll.experiment.remote.preflight.names import check_names
from plimsoll.experiment.remote.preflight.room import Room, check_room, measure_room, takes_pods
from plimsoll.kube.resources import NODES

if TYPE_CHECKING:
    from plimsoll.cluster.http.adapter import HttpCluster
    from plimsoll.driver.steps import Plan
    from plimsoll.scenario.model import Scenario

SEE_NODES = Right("list", NODES, essential=False)
WATCH_NODES = Right("watch", NODES, essential=False)


@dataclass(frozen=True, slots=True)
class Cleared:
    """A run that nothing is in the way of."""

    findings: Findings
    room: Room | None
    """What is free; None where nodes may not be seen."""
    watch_nodes: bool
    watch_events: bool


async def preflight(
    cluster: HttpCluster,
    context: str,
    scenario: Scenario,
    plan: Plan,
    *,
    load: str | None = None,
    cluster_id: str = "",
    rights: tuple[Right, ...] = (),
) -> Cleared:
    """Ask the cluster everything that can be known beforehand.

    ``load`` is the run that is resumed, if any, and ``cluster_id`` tells the cluster that it ran on.
    ``rights`` are needed on top of those that the plan itself needs.

    Raises:
        InputError: with everything that is in the way.
        RunError: if the cluster cannot be asked.

    """
    findings = Findings(context)
    await greet(cluster, findings)
    check_identity(findings, cluster_id)
    findings.refuse()
    try:
        held = await review_rights(cluster, findings, (*rights_of(plan), *rights, *METRICS))
        room = None
        if all(right in held for right in OBSERVATION if right.essential):
            await check_names(cluster, findings, plan, load)
            room = await _room(cluster, findings, scenario, held)
    except (ApiError, ConnectionError, TimeoutError) as error:
        raise RunError(f"context {context}: preflight broke off: {error}") from error
    findings.refuse()
    findings.warnings.extend(inapplicable(scenario, sum(map(takes_pods, findings.nodes))))
    return Cleared(findings, room, WATCH_NODES in held and SEE_NODES in held, held.issuperset(WATCH_EVENTS))


async def _room(
    cluster: HttpCluster, findings: Findings, scenario: Scenario, held: set[Right | PathRight]
) -> Room | None:
    if SEE_NODES not in held:
        return None
    findings.nodes = list((await cluster.list(NODES)).items)
    room = await measure_room(cluster, findings.nodes)
    check_room(findings, scenario, room)
    return room
