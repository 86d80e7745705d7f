"""Who the simulated clients are to the API server: users and groups, which flow schemas go by.

As kubeadm sets a cluster up: nodes by the node authorizer's names, the scheduler by its certificate, controllers and
kube-proxy by service accounts of kube-system (``--use-service-account-credentials``). Everybody else, the load's driver
and what demands name among them, is a service account of the default namespace; a name that begins with ``system:`` is
a user's and taken as it is.
"""

from __future__ import annotations

from plimsoll.apimachinery.flowcontrol.classification import Asked

NODES = frozenset({"kubelet", "kubelet-heartbeat", "kubelet-events"})
SCHEDULER = frozenset({"scheduler", "scheduler-events"})
CONTROLLERS = frozenset(
    {
        *("controller-events", "controller-manager", "garbage-collector", "kube-proxy"),
        *("cronjob-controller", "daemonset-controller", "deployment-controller", "disruption-controller"),
        *("dockercfg-controller", "endpoint-controller", "endpoint-slice-controller", "job-controller"),
        *("endpoint-slice-mirroring-controller", "namespace-controller", "namespace-defaults-controller"),
        *("node-controller", "node-lifecycle-controller", "persistentvolume-binder", "persistentvolume-controller"),
        *("pvc-protection-controller", "replicaset-controller", "replication-controller", "resourcequota-controller"),
        *("root-ca-cert-publisher", "root-ca-certificate-publisher", "serviceaccount-controller"),
        *("statefulset-controller", "taint-eviction-controller", "token-controller", "ttl-after-finished-controller"),
    }
)
VERBS = {"POST": "create", "PUT": "update"}
"""Verbs that are called otherwise than their HTTP methods."""

LEASES = "leases"


def asked(role: str, instance: str, verb: str, resource: str) -> Asked:
    """A simulated client's request as flow schemas see it."""
    user, groups = _identity(role, instance)
    word = VERBS.get(verb, verb.lower())
    if resource == LEASES:  # of nodes, which have a namespace of their own
        return Asked(user, groups, word, "coordination.k8s.io", resource, "kube-node-lease")
    return Asked(user, groups, word, "", resource)


def _identity(role: str, instance: str) -> tuple[str, tuple[str, ...]]:
    if role in NODES:
        return f"system:node:{instance}", ("system:nodes", "system:authenticated")
    if role in SCHEDULER:
        return "system:kube-scheduler", ("system:authenticated",)
    if role.startswith("system:"):
        return role, ("system:authenticated",)
    namespace = "kube-system" if role in CONTROLLERS else "default"
    groups = ("system:serviceaccounts", f"system:serviceaccounts:{namespace}", "system:authenticated")
    return f"system:serviceaccount:{namespace}:{role}", groups
