"""What it takes to have workers on the cluster under test, as objects: all of a run's own, and all with its label."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from plimsoll.cluster.credentials.access import SERVICE_ACCOUNT
from plimsoll.experiment.remote.permissions import Right, rules
from plimsoll.experiment.remote.workers.inpod import TASKS
from plimsoll.experiment.remote.workers.messages import Order, encode
from plimsoll.kube.labels import RUN_LABEL
from plimsoll.kube.resources import (
    CLUSTERROLEBINDINGS,
    CLUSTERROLES,
    CONFIGMAPS,
    JOBS,
    NAMESPACES,
    ROLEBINDINGS,
    ROLES,
    SERVICEACCOUNTS,
    Object,
    Resource,
)

ACCOUNT = JOB = CONTAINER = "worker"
ORDER = "order"
_ORDERS = "/plimsoll-order"
_RBAC = "rbac.authorization.k8s.io"


@dataclass(frozen=True, slots=True)
class Site:
    """Where the workers of one run are. ``run_id`` is that of this part of the run, so that no other has its names."""

    load: str
    run_id: str
    image: str
    workers: int
    rights: tuple[Right, ...]
    """What a worker may do."""

    @property
    def name(self) -> str:
        """Of the namespace, the cluster role and its binding."""
        return f"plimsoll-workers-{hashlib.sha256(self.run_id.encode()).hexdigest()[:10]}"

    def objects(self, order: Order) -> Iterator[tuple[Resource, str | None, Object]]:
        """All objects in the order of their creation, each with its type and namespace."""
        yield NAMESPACES, None, self._object(NAMESPACES, self.name)
        yield CLUSTERROLES, None, self._object(CLUSTERROLES, self.name, rules=rules(self.rights))
        binding = {"roleRef": _role_ref("ClusterRole", self.name), "subjects": [self._subject()]}
        yield CLUSTERROLEBINDINGS, None, self._object(CLUSTERROLEBINDINGS, self.name, **binding)
        yield self._within(SERVICEACCOUNTS, ACCOUNT)
        yield self._within(ROLES, ACCOUNT, rules=rules(FOLLOWING))
        own = {"roleRef": _role_ref("Role", ACCOUNT), "subjects": [self._subject()]}
        yield self._within(ROLEBINDINGS, ACCOUNT, **own)
        yield self._within(CONFIGMAPS, ORDER, data={ORDER: encode(order).decode()})
        yield self._within(CONFIGMAPS, TASKS, data={})
        yield self._within(JOBS, JOB, spec=self._job())

    def _within(self, resource: Resource, name: str, **fields: object) -> tuple[Resource, str, Object]:
        return resource, self.name, self._object(resource, name, **fields)

    def _object(self, resource: Resource, name: str, **fields: object) -> Object:
        metadata: Object = {"name": name, "labels": {RUN_LABEL: self.load}}
        if resource.namespaced:
            metadata["namespace"] = self.name
        return {"apiVersion": resource.api_version, "kind": resource.kind, "metadata": metadata, **fields}

    def _subject(self) -> Object:
        return {"kind": "ServiceAccount", "name": ACCOUNT, "namespace": self.name}

    def _job(self) -> Object:
        """One pod for each worker, and no second try for any: what a lost worker has not done, ``resume`` does.

        Limited by index, for a Job that has failed as a whole would take the other workers with it.
        """
        labels = {"app": "plimsoll-worker"}  # not the run's: these pods are no part of its load
        return {
            "completionMode": "Indexed",
            "completions": self.workers,
            "parallelism": self.workers,
            "backoffLimitPerIndex": 0,
            "template": {"metadata": {"labels": labels}, "spec": self._pod_spec(labels)},
        }

    def _pod_spec(self, labels: Object) -> Object:
        spread = {
            "maxSkew": 1,
            "topologyKey": "kubernetes.io/hostname",
            "whenUnsatisfiable": "ScheduleAnyway",
            "labelSelector": {"matchLabels": labels},
        }
        container = {
            "name": CONTAINER,
            "image": self.image,
            "command": ["python3", "-m", "plimsoll.experiment.remote.workers.inpod"],
            "args": [f"--order={_ORDERS}/{ORDER}", f"--service-account={SERVICE_ACCOUNT}"],
            "volumeMounts": [{"name": ORDER, "mountPath": _ORDERS, "readOnly": True}],
            "securityContext": {
                "allowPrivilegeEscalation": False,
                "capabilities": {"drop": ["ALL"]},
                "seccompProfile": {"type": "RuntimeDefault"},
            },
        }
        return {
            "serviceAccountName": ACCOUNT,
            "restartPolicy": "Never",
            "terminationGracePeriodSeconds": 1,
            "topologySpreadConstraints": [spread],
            "containers": [container],
            "volumes": [{"name": ORDER, "configMap": {"name": ORDER}}],
        }


FOLLOWING = tuple(Right(verb, CONFIGMAPS) for verb in ("list", "watch"))
"""How a worker learns of its tasks, in its own namespace only."""


def creation(rights: Iterable[Right]) -> tuple[Right, ...]:
    """Those of a run's rights that its workers need: to create, and to recognise what is there."""
    return tuple(
        right
        for right in rights
        if right.verb == "create" or (right.verb == "get" and "/" not in right.resource.plural)
    )


def _role_ref(kind: str, name: str) -> Object:
    return {"apiGroup": _RBAC, "kind": kind, "name": name}
