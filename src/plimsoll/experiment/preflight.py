"""What can be known to go wrong before a run starts: settings that do not exist, pods that cannot all have a place.

Only certain impossibilities are complaints. A load that merely may not fit is what runs are for; and a scenario whose
purpose is to show an impossible load says ``cluster.allowOverload: true``.
"""

from __future__ import annotations

from collections.abc import Iterator
from math import ceil
from typing import TYPE_CHECKING

from plimsoll.embed.composition import node_names
from plimsoll.errors import Complaint, InputError
from plimsoll.experiment.demand import WORKLOADS, Demand, pinned_node
from plimsoll.simcluster.addressing import AddressError, PodNetwork
from plimsoll.simcluster.profile import Profile, ProfileError, load_profile

if TYPE_CHECKING:
    from plimsoll.scenario.loading import LoadedScenario
    from plimsoll.scenario.model import Scenario

OVERLOAD = "or write `cluster.allowOverload: true` to see what happens"


def checked_profile(loaded: LoadedScenario) -> Profile:
    """The profile of a scenario that can be run; ``InputError`` with everything that is known to go wrong."""
    cluster = loaded.scenario.cluster
    try:
        profile = load_profile(cluster.profile, cluster.settings)
    except ProfileError as error:
        raise InputError(_complaint_about_profile(loaded, error)) from error
    problems = [Complaint(loaded.place(path), problem, remedy) for path, problem, remedy in _problems(loaded, profile)]
    if problems:
        raise InputError(*problems)
    return profile


def _complaint_about_profile(loaded: LoadedScenario, error: ProfileError) -> Complaint:
    in_scenario = error.setting in loaded.scenario.cluster.settings
    path = ("cluster", "settings", error.setting) if in_scenario else ("cluster", "profile")
    problem = error.problem if in_scenario else f"{error.setting}: {error.problem}"
    return Complaint(loaded.place(path), problem, error.remedy)


Problem = tuple[tuple[str | int, ...], str, str]


def _problems(loaded: LoadedScenario, profile: Profile) -> Iterator[Problem]:
    scenario = loaded.scenario
    yield from _unknown_nodes(scenario)
    yield from _missing_proxies(scenario, profile)
    yield from _missing_subnets(scenario, profile)
    if not scenario.cluster.allow_overload:
        demand = Demand.of(scenario)
        yield from _missing_places(scenario, profile, demand)
        yield from _missing_resources(scenario, demand)


def _unknown_nodes(scenario: Scenario) -> Iterator[Problem]:
    names = set(node_names(scenario.cluster.nodes))
    remedy = f"The nodes are worker-0 to worker-{scenario.cluster.nodes - 1}"
    for number, fault in enumerate(scenario.cluster.faults):
        node = getattr(fault, "node", None)
        if node is not None and node not in names:
            yield ("cluster", "faults", number, "node"), f"there is no node {node!r}", remedy
    for job_number, job in enumerate(scenario.load.jobs):
        for number, group in enumerate(job.objects):
            node = pinned_node(group.pod) if isinstance(group, WORKLOADS) else None
            if node is not None and node not in names:
                path = ("load", "jobs", job_number, "objects", number, "pod")
                yield path, f"there is no node {node!r}", remedy


def _missing_proxies(scenario: Scenario, profile: Profile) -> Iterator[Problem]:
    for number, fault in enumerate(scenario.cluster.faults):
        if fault.kind == "componentRestart" and fault.component == "proxy" and not profile.proxy.enabled:
            problem = "the nodes of this profile reach the API servers without a proxy"
            yield ("cluster", "faults", number, "component"), problem, "Set proxy.enabled: true, or remove the fault"


def _missing_subnets(scenario: Scenario, profile: Profile) -> Iterator[Problem]:
    network = profile.network
    setting = ("cluster", "settings", "network.clusterNetwork")
    try:
        subnets = PodNetwork(network.cluster_network, network.host_prefix).nodes
    except AddressError as error:
        yield setting, str(error), "Widen network.clusterNetwork, or raise network.hostPrefix"
        return
    except ValueError as error:
        yield setting, str(error), "Write an IPv4 network, such as 10.128.0.0/14"
        return
    nodes = scenario.cluster.nodes
    if nodes > subnets:
        size = f"/{network.host_prefix}"
        problem = (
            f"the cluster network {network.cluster_network} has {size} subnets for {subnets:,} nodes, not {nodes:,}"
        )
        widest = max(0, network.host_prefix - _bits_to_count(nodes))
        yield ("cluster", "nodes"), problem, f"Raise network.hostPrefix, or widen network.clusterNetwork to /{widest}"


def _missing_places(scenario: Scenario, profile: Profile, demand: Demand) -> Iterator[Problem]:
    """More pods than the kubelets take, or than there are addresses: on one node by name, or on all together."""
    kubelet, network = profile.kubelet, profile.network
    nodes = scenario.cluster.nodes
    places = max(0, kubelet.max_pods - kubelet.control_pods)
    addresses = max(0, 2 ** (32 - network.host_prefix) - network.reserved_addresses - kubelet.control_pods)
    node, pinned = max(demand.pods_by_node.items(), key=lambda item: item[1], default=("", 0))
    wanted_per_node = max(ceil(demand.pods / nodes), pinned)
    for each, what, setting, value in (
        (places, "places for pods", "kubelet.maxPods", wanted_per_node + kubelet.control_pods),
        (addresses, "addresses for pods", "network.hostPrefix", _prefix_for(wanted_per_node, profile)),
    ):
        own = f"besides the platform's own {kubelet.control_pods} " if kubelet.control_pods else ""
        if pinned > each:
            problem = f"{pinned:,} pods must run on {node}, and a node has {each:,} {what} {own}({setting})"
            yield ("cluster", "settings", setting), problem, f"Set {setting}: {value}, {OVERLOAD}"
        elif demand.pods > each * nodes:
            problem = (
                f"{demand.pods:,} pods do not fit: each node has {each:,} {what} {own}({setting}), "
                f"all {nodes:,} together {each * nodes:,}"
            )
            enough = f"nodes: {ceil(demand.pods / each)}, or " if each else ""
            yield ("cluster", "nodes"), problem, f"Set {enough}{setting}: {value}, {OVERLOAD}"


def _missing_resources(scenario: Scenario, demand: Demand) -> Iterator[Problem]:
    """More requested than the nodes have; also one pod that asks for more than any node has."""
    cluster = scenario.cluster
    for name, unit, each, requested, largest in (
        ("cpu", "m", cluster.node.cpu, demand.cpu_millicores, demand.largest_cpu_millicores),
        ("memory", " bytes", cluster.node.memory, demand.memory_bytes, demand.largest_memory_bytes),
    ):
        if largest > each:
            problem = f"a pod requests {largest:,}{unit} of {name}, and a node has {each:,}{unit}"
            yield ("cluster", "node", name), problem, f"Lower the request, use larger nodes, {OVERLOAD}"
        elif requested > each * cluster.nodes:
            problem = (
                f"the pods request {requested:,}{unit} of {name}, and all nodes have {each * cluster.nodes:,}{unit}"
            )
            remedy = f"Set nodes: {ceil(requested / each)}, lower the requests, {OVERLOAD}"
            yield ("cluster", "nodes"), problem, remedy


def _prefix_for(pods: int, profile: Profile) -> int:
    """The longest host prefix that leaves every node an address for each of its pods."""
    return 32 - _bits_to_count(pods + profile.network.reserved_addresses + profile.kubelet.control_pods)


def _bits_to_count(things: int) -> int:
    """How many bits it takes to number so many things."""
    return (things - 1).bit_length()
