"""The smallest role with which a run, a clean-up and a watch work, as manifests for a cluster's administrator."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from plimsoll.experiment.remote.permissions import (
    NAMESPACE_LIFE,
    OBSERVATION,
    RESULTS,
    PathRight,
    Right,
    rights_on,
    rules,
)
from plimsoll.kube.resources import CONFIGMAPS, DEPLOYMENTS, PODS, REPLICASETS, SECRETS, SERVICES, Object

ROLE = "plimsoll"
GROUP = "rbac.authorization.k8s.io"
LOADED_KINDS = (SECRETS, CONFIGMAPS, SERVICES, PODS, DEPLOYMENTS, REPLICASETS)
"""What the objects of a scenario can be."""


@dataclass(frozen=True, slots=True)
class Subject:
    """Who gets the role; the namespace is that of a service account."""

    kind: Literal["User", "Group", "ServiceAccount"]
    name: str
    namespace: str = ""

    def reference(self) -> Object:
        """The subject in a binding."""
        if self.kind == "ServiceAccount":
            return {"kind": self.kind, "name": self.name, "namespace": self.namespace}
        return {"kind": self.kind, "name": self.name, "apiGroup": GROUP}


def every_right() -> tuple[Right, ...]:
    """What any scenario can need: its kinds, and deleting single objects where it churns those."""
    return (*OBSERVATION, *NAMESPACE_LIFE, *RESULTS, *rights_on(LOADED_KINDS, LOADED_KINDS))


def manifests(rights: Iterable[Right | PathRight], subject: Subject) -> Iterator[Object]:
    """The role, its binding, and the service account where the subject is one."""
    if subject.kind == "ServiceAccount":
        metadata = {"name": subject.name, "namespace": subject.namespace}
        yield {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": metadata}
    version = f"{GROUP}/v1"
    yield {"apiVersion": version, "kind": "ClusterRole", "metadata": {"name": ROLE}, "rules": rules(rights)}
    yield {
        "apiVersion": version,
        "kind": "ClusterRoleBinding",
        "metadata": {"name": ROLE},
        "roleRef": {"apiGroup": GROUP, "kind": "ClusterRole", "name": ROLE},
        "subjects": [subject.reference()],
    }
