"""What holds at every moment of a simulated cluster, whatever load and faults it is under.

Tests call :func:`check` between events. It looks at the whole cluster, so its cost grows with the number of objects.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from ipaddress import IPv4Address, IPv4Network
from typing import TYPE_CHECKING

from plimsoll.errors import PlimsollError
from plimsoll.kube.resources import DEPLOYMENTS, NODES, PODS, REPLICASETS, Object
from plimsoll.kube.timestamps import rfc3339
from plimsoll.simcluster.api import EPOCH_SECONDS, FINISHED_PHASES, is_bound
from plimsoll.simcluster.scheduling.resources import parse_amounts, parse_requests
from plimsoll.simcluster.scheduling.selectors import parse_label_selector

if TYPE_CHECKING:
    from plimsoll.simcluster.assembly import SimulatedCluster
    from plimsoll.simcluster.store import Collection


class InvariantError(PlimsollError):
    """The simulated cluster is in a state that cannot be; ``violations`` says in which respects."""

    def __init__(self, violations: list[str]) -> None:
        super().__init__("\n".join(violations))
        self.violations = violations


def check(cluster: SimulatedCluster, *, at_rest: bool = False) -> None:
    """Raise :class:`InvariantError` where something does not hold.

    With ``at_rest`` the controllers must have brought about what is wanted, too: there are as many pods as replicas.
    """
    pods = [pod for pod in cluster.store.collection(PODS) if pod["status"].get("phase") not in FINISHED_PHASES]
    by_node: dict[str, list[Object]] = defaultdict(list)
    for pod in filter(is_bound, pods):
        by_node[pod["spec"]["nodeName"]].append(pod)
    violations = [
        *_revisions(cluster),
        *_identities(cluster),
        *_exclusions(cluster, by_node),
        *_capacities(cluster, by_node),
        *_addresses(cluster),
        *_unknown_pods(cluster, by_node),
        *(_replicas(cluster) if at_rest else ()),
    ]
    if violations:
        raise InvariantError(violations)


def _revisions(cluster: SimulatedCluster) -> Iterator[str]:
    """Every change has a revision of its own, and those of a resource grow."""
    seen: set[int] = set()
    for collection in cluster.store.collections():
        last = 0
        for change in collection.history:
            if change.revision <= last or change.revision in seen:
                yield f"{collection.resource.plural}: revision {change.revision} came after {last} or twice"
            if change.object["metadata"]["resourceVersion"] != str(change.revision):
                yield f"{_name(change.object)} does not carry its revision {change.revision}"
            last = change.revision
            seen.add(last)


def _identities(cluster: SimulatedCluster) -> Iterator[str]:
    """A UID is given once, and a name only while nobody has it."""
    created: set[str] = set()
    for collection in cluster.store.collections():
        yield from _names(collection)
        for change in collection.history:
            if change.type == "ADDED":
                uid = change.object["metadata"]["uid"]
                if uid in created:
                    yield f"UID {uid} was given twice, last to {_name(change.object)}"
                created.add(uid)


def _names(collection: Collection) -> Iterator[str]:
    living: dict[tuple[str, str], str] = {}
    for change in collection.history:
        metadata = change.object["metadata"]
        key = (metadata.get("namespace", ""), metadata["name"])
        if change.type == "ADDED" and key in living:
            yield f"{_name(change.object)} was created while it existed"
        if change.type == "DELETED":
            living.pop(key, None)
        else:
            living[key] = metadata["uid"]


def _exclusions(cluster: SimulatedCluster, by_node: dict[str, list[Object]]) -> Iterator[str]:
    """Pods that the required anti-affinity of one of them keeps apart are apart."""
    labels = {
        node["metadata"]["name"]: node["metadata"].get("labels") or {} for node in cluster.store.collection(NODES)
    }
    for node, pods in by_node.items():
        for pod in pods:
            for term in _anti_affinity(pod):
                place = labels.get(node, {}).get(term["topologyKey"])
                near = [name for name in by_node if labels.get(name, {}).get(term["topologyKey"]) == place is not None]
                for other in (other for name in near for other in by_node[name]):
                    if other is not pod and _selects(term, pod, other):
                        yield f"{_name(pod)} and {_name(other)} share {term['topologyKey']} {place}"


def _anti_affinity(pod: Object) -> list[Object]:
    affinity = pod["spec"].get("affinity") or {}
    required = (affinity.get("podAntiAffinity") or {}).get("requiredDuringSchedulingIgnoredDuringExecution")
    return list(required or ())


def _selects(term: Object, pod: Object, other: Object) -> bool:
    namespaces = term.get("namespaces") or [pod["metadata"]["namespace"]]
    if other["metadata"]["namespace"] not in namespaces:
        return False
    return parse_label_selector(term.get("labelSelector")).matches(other["metadata"].get("labels", {}))


def _capacities(cluster: SimulatedCluster, by_node: dict[str, list[Object]]) -> Iterator[str]:
    """No node has more than it can: places for pods that its kubelet admitted, CPU and memory that were asked for."""
    for node in _kept_nodes(cluster):
        name = node["metadata"]["name"]
        allocatable = parse_amounts(node["status"]["allocatable"])
        requests = [parse_requests(pod["spec"]) for pod in by_node.get(name, ())]
        wanted = {
            "cpu": sum(one.cpu_millicores for one in requests),
            "memory": sum(one.memory_bytes for one in requests),
            "pods": cluster.kubelets[name].count_pods(),
        }
        for resource, amount in wanted.items():
            if amount > allocatable[resource]:
                yield f"{name} holds {amount} of {resource}, and has {allocatable[resource]}"


def _kept_nodes(cluster: SimulatedCluster) -> list[Object]:
    """The nodes that have a simulated kubelet and said what they have; clients may create others."""
    nodes = cluster.store.collection(NODES)
    return [node for node in nodes if node["metadata"]["name"] in cluster.kubelets and "allocatable" in node["status"]]


def _addresses(cluster: SimulatedCluster) -> Iterator[str]:
    """An address belongs to one pod, and to the subnet of that pod's node."""
    owners: dict[str, str] = {}
    for node in _kept_nodes(cluster):
        subnet = IPv4Network(node["spec"]["podCIDR"])
        for worker in cluster.kubelets[node["metadata"]["name"]].workers():
            address = worker.address
            if address is None:
                continue
            if address in owners:
                yield f"{address} belongs to {owners[address]} and to {_name(worker.pod)}"
            if IPv4Address(address) not in subnet:
                yield f"{address} of {_name(worker.pod)} is not in its node's {subnet}"
            owners[address] = _name(worker.pod)


def _unknown_pods(cluster: SimulatedCluster, by_node: dict[str, list[Object]]) -> Iterator[str]:
    """A kubelet that is up knows the pods that were bound to its node, once it can have heard of it."""
    heard = cluster.kernel.now - cluster.profile.apiserver.watch_delivery_seconds - 1.0  # timestamps have whole seconds
    horizon = rfc3339(max(heard, 0.0), EPOCH_SECONDS)
    for node, pods in by_node.items():
        if node not in cluster.kubelets:
            continue
        kubelet = cluster.kubelets[node]
        for pod in pods:
            if cluster.stages is not None and cluster.stages.has_pod_on_its_way(pod):
                continue
            if kubelet.up and _bound(pod) < horizon and not kubelet.knows(pod["metadata"]["uid"]):
                yield f"the kubelet of {node} does not know {_name(pod)}"


def _bound(pod: Object) -> str:
    """When the pod was bound, as far as it shows that; pods that name their node are bound when they are created."""
    conditions = pod["status"].get("conditions", ())
    times = [condition["lastTransitionTime"] for condition in conditions if condition["type"] == "PodScheduled"]
    return str(max([pod["metadata"]["creationTimestamp"], *times]))


def _replicas(cluster: SimulatedCluster) -> Iterator[str]:
    """A deployment's replica sets, and a replica set's pods, are as many as is wanted."""
    pods: dict[str, int] = defaultdict(int)
    for pod in cluster.store.collection(PODS):
        if pod["status"].get("phase") not in FINISHED_PHASES and "deletionTimestamp" not in pod["metadata"]:
            pods[_owner(pod)] += 1
    replicas: dict[str, int] = defaultdict(int)
    for replica_set in cluster.store.collection(REPLICASETS):
        wanted = replica_set["spec"].get("replicas", 1)
        replicas[_owner(replica_set)] += wanted
        present = pods[replica_set["metadata"]["uid"]]
        if present != wanted:
            yield f"{_name(replica_set)} has {present} pods and wants {wanted}"
    for deployment in cluster.store.collection(DEPLOYMENTS):
        wanted = deployment["spec"].get("replicas", 1)
        if replicas[deployment["metadata"]["uid"]] != wanted:
            yield f"{_name(deployment)} has {replicas[deployment['metadata']['uid']]} replicas and wants {wanted}"


def _owner(value: Object) -> str:
    references = value["metadata"].get("ownerReferences")
    return references[0]["uid"] if references else ""


def _name(value: Object) -> str:
    metadata = value["metadata"]
    return f"{value.get('kind', '')} {metadata.get('namespace', '')}/{metadata['name']}"
