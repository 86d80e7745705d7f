"""Whether the namespaces that the run will create are free, and what earlier runs have left."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from plimsoll.errors import ApiError
from plimsoll.experiment.remote.preflight.findings import named
from plimsoll.kube.labels import RUN_LABEL
from plimsoll.kube.resources import NAMESPACES, Resource

if TYPE_CHECKING:
    from plimsoll.cluster.http.adapter import HttpCluster
    from plimsoll.driver.steps import Plan
    from plimsoll.experiment.remote.preflight.findings import Findings
    from plimsoll.kube.resources import Object

QUOTAS = Resource("", "v1", "resourcequotas", "ResourceQuota")
LIMIT_RANGES = Resource("", "v1", "limitranges", "LimitRange")


async def check_names(cluster: HttpCluster, findings: Findings, plan: Plan, load: str | None) -> None:
    """Compare the plan's namespaces with those that exist. ``load`` is the run that is resumed, if any."""
    existing = {item["metadata"]["name"]: item for item in (await cluster.list(NAMESPACES)).items}
    wanted = namespaces_of(plan)
    owners = {name: run_of(existing[name]) for name in wanted if name in existing}
    foreign = [name for name, owner in owners.items() if owner is None]
    if foreign:
        findings.problem(
            "namespaces",
            f"{len(foreign):,} that the run would create exist and are not Plimsoll's: {named(foreign)}",
            "Choose another `namespaces.prefix` in the scenario",
        )
    others = Counter(owner for owner in owners.values() if owner is not None and owner != load)
    for owner, count in others.items():
        problem = f"{count:,} that the run would create are left of run {owner}"
        findings.problem("namespaces", problem, f"Remove them: plimsoll clean {owner} --context {findings.context}")
    for owner, count in _leftovers(existing.values(), {load, *others}).items():
        findings.warnings.append(f"run {owner} has left {count:,} namespaces; `plimsoll clean {owner}` removes them")
    await _check_limits(cluster, findings, [name for name, owner in owners.items() if owner == load and load])
    await _try_one(cluster, findings, [name for name in wanted if name not in existing])


def namespaces_of(plan: Plan) -> list[str]:
    """The namespaces that a plan creates, each once."""
    return list(
        dict.fromkeys(
            manifest["metadata"]["name"] for manifest in plan.manifests() if manifest["kind"] == NAMESPACES.kind
        )
    )


def run_of(namespace: Object) -> str | None:
    """The run that a namespace was created by."""
    owner: str | None = (namespace["metadata"].get("labels") or {}).get(RUN_LABEL)
    return owner


def _leftovers(namespaces: object, known: set[str | None]) -> Counter[str]:
    owners = (run_of(namespace) for namespace in namespaces)  # type: ignore[attr-defined]
    return Counter(owner for owner in owners if owner is not None and owner not in known)


async def _check_limits(cluster: HttpCluster, findings: Findings, names: list[str]) -> None:
    """Quotas and limit ranges that somebody has put into namespaces of ours meanwhile."""
    for resource in (QUOTAS, LIMIT_RANGES) if names else ():
        try:
            listing = await cluster.list(resource)
        except ApiError:
            continue  # not ours to see: then what they refuse will be counted
        limited = sorted({item["metadata"]["namespace"] for item in listing.items} & set(names))
        if limited:
            findings.warnings.append(f"{resource.kind}s are in the way in {named(limited)}")


async def _try_one(cluster: HttpCluster, findings: Findings, names: list[str]) -> None:
    """Have the server say what it would do with a namespace: admission policies may refuse it."""
    if not names:
        return
    labels = {RUN_LABEL: "preflight"}
    body = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": names[0], "labels": labels}}
    try:
        await cluster.try_to_create(NAMESPACES, body)
    except ApiError as error:
        findings.problem("namespaces", f"the server would not create {names[0]}: {error.message}")
