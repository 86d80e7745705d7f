"""Whether the API answers us, and lets us do what the run will do."""

from __future__ import annotations

import asyncio
import re
from http import HTTPStatus
from typing import TYPE_CHECKING

from plimsoll.errors import ApiError, RunError
from plimsoll.experiment.remote.permissions import PathRight, Right
from plimsoll.kube.resources import NAMESPACES, Resource

if TYPE_CHECKING:
    from collections.abc import Iterable

    from plimsoll.cluster.http.adapter import HttpCluster
    from plimsoll.experiment.remote.preflight.findings import Findings
    from plimsoll.kube.resources import Object

ACCESS_REVIEWS = Resource(
    "authorization.k8s.io", "v1", "selfsubjectaccessreviews", "SelfSubjectAccessReview", namespaced=False
)
OLDEST_MINOR = 25
"""Older servers may work; nothing was tried on them."""
_VERSION = re.compile(r"v1\.(\d+)")


async def greet(cluster: HttpCluster, findings: Findings) -> None:
    """Ask for the version: the first request. :class:`RunError` where the cluster cannot be reached or knows us not."""
    try:
        version: Object = await cluster.document("/version")
    except (ConnectionError, TimeoutError) as error:
        raise RunError(
            f"context {findings.context}: {str(error) or 'the server did not answer'}. Is the cluster up?"
        ) from error
    except ApiError as error:
        raise RunError(f"context {findings.context}: the API answers {error}") from error
    findings.version = str(version.get("gitVersion", ""))
    match = _VERSION.match(findings.version)
    if match is None or int(match[1]) < OLDEST_MINOR:
        findings.warnings.append(
            f"the server's version is {findings.version or 'unknown'}; 1.{OLDEST_MINOR} and later are known to work"
        )
    try:
        system = await cluster.get(NAMESPACES, "kube-system")
        findings.cluster_id = system["metadata"]["uid"]
    except ApiError as error:
        if error.code == HTTPStatus.UNAUTHORIZED:
            raise RunError(f"context {findings.context}: the API does not accept our credentials") from error


def check_identity(findings: Findings, cluster_id: str) -> None:
    """A context may point to another cluster than it did. What is not known is not held against it."""
    if cluster_id and findings.cluster_id and findings.cluster_id != cluster_id:
        findings.problem("cluster", "is not the one that the run ran on", "Name the right one with --context")


async def review_rights(
    cluster: HttpCluster, findings: Findings, rights: Iterable[Right | PathRight]
) -> set[Right | PathRight]:
    """Ask the server about each right; return those we have."""
    wanted = list(dict.fromkeys(rights))
    answers = await asyncio.gather(*(_has(cluster, right) for right in wanted))
    for right, allowed in zip(wanted, answers, strict=True):
        if not allowed and right.essential:
            findings.problem(
                "permissions", f"may not {right} in all namespaces", "`plimsoll rbac` prints what it takes"
            )
        elif not allowed:
            findings.warnings.append(f"may not {right}: the run goes on and does not see them")
    return {right for right, allowed in zip(wanted, answers, strict=True) if allowed}


async def _has(cluster: HttpCluster, right: Right | PathRight) -> bool:
    review = await cluster.ask(
        ACCESS_REVIEWS,
        {
            "apiVersion": ACCESS_REVIEWS.api_version,
            "kind": ACCESS_REVIEWS.kind,
            "spec": _attributes(right),
        },
    )
    return bool(review.get("status", {}).get("allowed"))


def _attributes(right: Right | PathRight) -> Object:
    if isinstance(right, PathRight):
        return {"nonResourceAttributes": {"verb": "get", "path": right.path}}
    resource, _, subresource = right.resource.plural.partition("/")
    named = {"group": right.resource.group, "resource": resource, "subresource": subresource}
    return {"resourceAttributes": {"verb": right.verb, **named}}
