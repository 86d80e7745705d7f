"""The scheduler's filters and scores the slow and obvious way: every node, every pod, every term, each time.

Reads the objects themselves and shares no code with what it checks but the parsing of quantities.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any

from plimsoll.kube.quantities import parse_cpu, parse_memory

Object = dict[str, Any]
HOSTNAME = "kubernetes.io/hostname"
ZONE = "topology.kubernetes.io/zone"
REQUIRED = "requiredDuringSchedulingIgnoredDuringExecution"
PREFERRED = "preferredDuringSchedulingIgnoredDuringExecution"


def labels_of(item: Object) -> dict[str, str]:
    return item["metadata"].get("labels") or {}


def expression_holds(item: Object, labels: dict[str, str]) -> bool:
    key, operator, values = item["key"], item["operator"], item.get("values") or []
    if operator == "In":
        return key in labels and labels[key] in values
    if operator == "NotIn":
        return key not in labels or labels[key] not in values
    if operator == "Exists":
        return key in labels
    if operator == "DoesNotExist":
        return key not in labels
    if key not in labels or not labels[key].lstrip("-").isdigit():
        return False
    return int(labels[key]) > int(values[0]) if operator == "Gt" else int(labels[key]) < int(values[0])


def selector_matches(selector: Object | None, labels: dict[str, str]) -> bool:
    if selector is None:
        return False
    equal = all(labels.get(key) == value for key, value in (selector.get("matchLabels") or {}).items())
    return equal and all(expression_holds(item, labels) for item in selector.get("matchExpressions") or [])


def term_matches(term: Object, owner: Object, other: Object, namespaces: dict[str, dict[str, str]]) -> bool:
    """Whether an affinity term that `owner` carries finds the pod `other`."""
    named, selector = term.get("namespaces") or [], term.get("namespaceSelector")
    namespace = other["metadata"]["namespace"]
    if not named and selector is None:
        in_scope = namespace == owner["metadata"]["namespace"]
    else:
        in_scope = namespace in named or selector_matches(selector, namespaces.get(namespace, {}))
    return in_scope and selector_matches(term.get("labelSelector"), labels_of(other))


def terms(pod: Object, kind: str, strength: str) -> list[Object]:
    return ((pod["spec"].get("affinity") or {}).get(kind) or {}).get(strength) or []


def tolerated(taint: Object, tolerations: list[Object]) -> bool:
    for item in tolerations:
        if item.get("effect") and item["effect"] != taint["effect"]:
            continue
        if item.get("key") and item["key"] != taint["key"]:
            continue
        if item.get("operator") == "Exists":
            return True
        if item.get("key") and (item.get("value") or "") == (taint.get("value") or ""):
            return True
    return False


def requested(pod: Object, resource: str, unstated: int = 0) -> int:
    def of(container: Object) -> int:
        stated = (container.get("resources") or {}).get("requests") or {}
        if resource not in stated:
            return unstated
        return parse_cpu(stated[resource]) if resource == "cpu" else parse_memory(stated[resource])

    running = sum(of(container) for container in pod["spec"]["containers"])
    return max([running, *(of(container) for container in pod["spec"].get("initContainers") or [])])


@dataclass
class Oracle:
    nodes: list[Object]
    namespaces: dict[str, dict[str, str]] = field(default_factory=dict)
    placed: list[tuple[Object, str]] = field(default_factory=list)

    # ------------------------------------------------------------------------------------------------------ filters

    def failures(self, pod: Object) -> dict[str, tuple[str, ...]]:
        """For each node, why the pod cannot go there; nothing where it can."""
        return {node["metadata"]["name"]: self.failure(pod, node) for node in self.nodes}

    def failure(self, pod: Object, node: Object) -> tuple[str, ...]:
        taint = self.untolerated(pod, node)
        if node["spec"].get("unschedulable"):
            return ("node(s) were unschedulable",)
        if taint:
            return ("node(s) had untolerated taint(s)",)
        if not self.selected(pod, node):
            return ("node(s) didn't match Pod's node affinity/selector",)
        return self.shortages(pod, node) or self.spread_failure(pod, node) or self.affinity_failure(pod, node)

    def untolerated(self, pod: Object, node: Object) -> Object | None:
        taints = [taint for taint in node["spec"].get("taints") or [] if taint["effect"] != "PreferNoSchedule"]
        tolerations = pod["spec"].get("tolerations") or []
        return next((taint for taint in taints if not tolerated(taint, tolerations)), None)

    def selected(self, pod: Object, node: Object) -> bool:
        labels = labels_of(node)
        if any(labels.get(key) != value for key, value in (pod["spec"].get("nodeSelector") or {}).items()):
            return False
        required = ((pod["spec"].get("affinity") or {}).get("nodeAffinity") or {}).get(REQUIRED)
        return required is None or any(self.node_term_matches(term, node) for term in required["nodeSelectorTerms"])

    def node_term_matches(self, term: Object, node: Object) -> bool:
        expressions, fields = term.get("matchExpressions") or [], term.get("matchFields") or []
        if not expressions and not fields:
            return False
        name = {"metadata.name": node["metadata"]["name"]}
        return all(expression_holds(item, labels_of(node)) for item in expressions) and all(
            expression_holds(item, name) for item in fields
        )

    def pods_on(self, node: Object) -> list[Object]:
        return [pod for pod, name in self.placed if name == node["metadata"]["name"]]

    def shortages(self, pod: Object, node: Object) -> tuple[str, ...]:
        offered, here = node["status"]["allocatable"], self.pods_on(node)
        short = ["Too many pods"] if len(here) >= int(offered["pods"]) else []
        for resource in ("cpu", "memory", "example.com/gpu"):
            raw = offered.get(resource, "0")
            capacity = parse_cpu(raw) if resource == "cpu" else parse_memory(raw)
            used, wanted = sum(requested(other, resource) for other in here), requested(pod, resource)
            if wanted and used + wanted > capacity:
                short.append(f"Insufficient {resource}")
        return tuple(short)

    def domain(self, node: Object, key: str) -> list[Object]:
        value = labels_of(node).get(key)
        return [] if value is None else [other for other in self.nodes if labels_of(other).get(key) == value]

    def pods_in_domain(self, node: Object, key: str) -> list[Object]:
        return [pod for other in self.domain(node, key) for pod in self.pods_on(other)]

    def spread_failure(self, pod: Object, node: Object) -> tuple[str, ...]:
        hard = self.constraints(pod, "DoNotSchedule")
        for item in hard:
            key = item["topologyKey"]
            if key not in labels_of(node):
                return ("node(s) didn't match pod topology spread constraints (missing required label)",)
            counts = self.spread_counts(pod, item, [other["topologyKey"] for other in hard])
            lowest = min(counts.values()) if len(counts) >= (item.get("minDomains") or 1) else 0
            own = selector_matches(item.get("labelSelector"), labels_of(pod))
            if counts.get(labels_of(node)[key], 0) + own - lowest > item["maxSkew"]:
                return ("node(s) didn't match pod topology spread constraints",)
        return ()

    def constraints(self, pod: Object, action: str) -> list[Object]:
        every = pod["spec"].get("topologySpreadConstraints") or []
        return [item for item in every if item["whenUnsatisfiable"] == action]

    def spread_counts(self, pod: Object, item: Object, keys: list[str]) -> dict[str, int]:
        counts: dict[str, int] = {}
        for node in self.nodes:
            if not all(key in labels_of(node) for key in keys) or not self.counts_for(pod, item, node):
                continue
            value = labels_of(node)[item["topologyKey"]]
            counts[value] = counts.get(value, 0) + self.matching_on(pod, item, node)
        return counts

    def counts_for(self, pod: Object, item: Object, node: Object) -> bool:
        if item.get("nodeAffinityPolicy", "Honor") == "Honor" and not self.selected(pod, node):
            return False
        return item.get("nodeTaintsPolicy", "Ignore") == "Ignore" or self.untolerated(pod, node) is None

    def matching_on(self, pod: Object, item: Object, node: Object) -> int:
        return sum(
            other["metadata"]["namespace"] == pod["metadata"]["namespace"]
            and selector_matches(item.get("labelSelector"), labels_of(other))
            for other in self.pods_on(node)
        )

    def affinity_failure(self, pod: Object, node: Object) -> tuple[str, ...]:
        if not self.has_company(pod, node):
            return ("node(s) didn't match pod affinity rules",)
        for term in terms(pod, "podAntiAffinity", REQUIRED):
            near = self.pods_in_domain(node, term["topologyKey"])
            if any(term_matches(term, pod, other, self.namespaces) for other in near):
                return ("node(s) didn't match pod anti-affinity rules",)
        for other, name in self.placed:
            for term in terms(other, "podAntiAffinity", REQUIRED):
                near_names = [item["metadata"]["name"] for item in self.domain(node, term["topologyKey"])]
                if name in near_names and term_matches(term, other, pod, self.namespaces):
                    return ("node(s) didn't satisfy existing pods anti-affinity rules",)
        return ()

    def has_company(self, pod: Object, node: Object) -> bool:
        wanted = terms(pod, "podAffinity", REQUIRED)

        def suits(other: Object) -> bool:
            return all(term_matches(term, pod, other, self.namespaces) for term in wanted)

        if any(term["topologyKey"] not in labels_of(node) for term in wanted):
            return False
        if all(any(suits(other) for other in self.pods_in_domain(node, term["topologyKey"])) for term in wanted):
            return True
        anywhere = any(
            suits(other)
            for some in self.nodes
            for term in wanted
            for other in self.pods_in_domain(some, term["topologyKey"])
        )
        return not anywhere and suits(pod)

    # ------------------------------------------------------------------------------------------------------- scores

    def scores(self, pod: Object, *, spreading: str = "topology") -> dict[str, int]:
        """The total score of each feasible node."""
        failures = self.failures(pod)
        feasible = [node for node in self.nodes if not failures[node["metadata"]["name"]]]
        if not feasible:
            return {}
        columns = [
            (1, [self.least_allocated(pod, node) for node in feasible]),
            (1, [self.balanced(pod, node) for node in feasible]),
            (3, [100 - value for value in most_best([self.unwelcome(pod, node) for node in feasible])]),
            (2, most_best([self.preference(pod, node) for node in feasible])),
            (2, self.inter_pod(pod, feasible)),
            (2, self.spread_scores(pod, feasible, spreading)),
        ]
        totals = [sum(weight * column[row] for weight, column in columns) for row in range(len(feasible))]
        return {node["metadata"]["name"]: total for node, total in zip(feasible, totals, strict=True)}

    def least_allocated(self, pod: Object, node: Object) -> int:
        offered, here = node["status"]["allocatable"], [*self.pods_on(node), pod]
        cpu, memory = parse_cpu(offered["cpu"]), parse_memory(offered["memory"])
        used_cpu = sum(sum_unstated(other, "cpu", 100) for other in here)
        used_memory = sum(sum_unstated(other, "memory", 200 * 2**20) for other in here)
        shares = [
            max(0, (size - used)) * 100 // size for size, used in ((cpu, used_cpu), (memory, used_memory)) if size
        ]
        return sum(shares) // len(shares) if shares else 0

    def balanced(self, pod: Object, node: Object) -> int:
        if not requested(pod, "cpu") and not requested(pod, "memory"):
            return 0
        offered, here = node["status"]["allocatable"], [*self.pods_on(node), pod]
        cpu = min(1.0, sum(requested(other, "cpu") for other in here) / parse_cpu(offered["cpu"]))
        memory = min(1.0, sum(requested(other, "memory") for other in here) / parse_memory(offered["memory"]))
        return int((1 - abs((cpu - memory) / 2)) * 100)

    def unwelcome(self, pod: Object, node: Object) -> int:
        soft = [taint for taint in node["spec"].get("taints") or [] if taint["effect"] == "PreferNoSchedule"]
        return sum(not tolerated(taint, pod["spec"].get("tolerations") or []) for taint in soft)

    def preference(self, pod: Object, node: Object) -> int:
        preferred = ((pod["spec"].get("affinity") or {}).get("nodeAffinity") or {}).get(PREFERRED) or []
        return sum(item["weight"] for item in preferred if self.node_term_matches(item["preference"], node))

    def inter_pod(self, pod: Object, feasible: list[Object]) -> list[int]:
        raw = [self.inter_pod_raw(pod, node) for node in feasible]
        lowest, highest = min(raw), max(raw)
        return [int(100 * ((value - lowest) / (highest - lowest))) if highest > lowest else 0 for value in raw]

    def inter_pod_raw(self, pod: Object, node: Object) -> int:
        total = 0
        for other, name in self.placed:
            for weight, term, owner, found in self.weighted_terms(pod, other):
                near = [item["metadata"]["name"] for item in self.domain(node, term["topologyKey"])]
                if name in near and term_matches(term, owner, found, self.namespaces):
                    total += weight
        return total

    def weighted_terms(self, pod: Object, other: Object) -> list[tuple[int, Object, Object, Object]]:
        weighted = [(1, term, other, pod) for term in terms(other, "podAffinity", REQUIRED)]
        for kind, sign in (("podAffinity", 1), ("podAntiAffinity", -1)):
            for owner, found in ((pod, other), (other, pod)):
                weighted += [
                    (sign * item["weight"], item["podAffinityTerm"], owner, found)
                    for item in terms(owner, kind, PREFERRED)
                ]
        return weighted

    def spread_scores(self, pod: Object, feasible: list[Object], spreading: str) -> list[int]:
        if pod["spec"].get("topologySpreadConstraints"):
            soft = self.constraints(pod, "ScheduleAnyway")
            return self.constraint_scores(pod, feasible, soft) if soft else [0] * len(feasible)
        if spreading == "none" or not controller_of(pod):
            return [0] * len(feasible)
        if spreading == "selector":
            return self.selector_spread(pod, feasible)
        return self.default_spread(pod, feasible)

    def constraint_scores(self, pod: Object, feasible: list[Object], soft: list[Object]) -> list[int]:
        keys = [item["topologyKey"] for item in soft]
        kept = [node for node in feasible if all(key in labels_of(node) for key in keys)]
        raw = {}
        for node in kept:
            total = 0.0
            for item in soft:
                key = item["topologyKey"]
                if key == HOSTNAME:
                    domains, count = len(kept), self.matching_on(pod, item, node)
                else:
                    domains = len({labels_of(other)[key] for other in kept})
                    count = self.spread_counts(pod, item, keys).get(labels_of(node)[key], 0)
                total += count * math.log(domains + 2) + item["maxSkew"] - 1
            raw[node["metadata"]["name"]] = math.floor(total + 0.5)
        return spread_normalized(feasible, raw)

    def default_spread(self, pod: Object, feasible: list[Object]) -> list[int]:
        raw = {}
        zones = {labels_of(node).get(ZONE) for node in feasible}
        for node in feasible:
            total = 0.0
            if HOSTNAME in labels_of(node):
                total += self.siblings_on(pod, node) * math.log(len(feasible) + 2) + 2
            if ZONE in labels_of(node):
                near = [other for other in self.domain(node, ZONE) if self.selected(pod, other)]
                count = sum(self.siblings_on(pod, other) for other in near)
                total += count * math.log(len(zones) + 2) + 4
            raw[node["metadata"]["name"]] = math.floor(total + 0.5)
        return spread_normalized(feasible, raw)

    def siblings_on(self, pod: Object, node: Object) -> int:
        return sum(controller_of(other) == controller_of(pod) for other in self.pods_on(node))

    def selector_spread(self, pod: Object, feasible: list[Object]) -> list[int]:
        counts = [self.siblings_on(pod, node) for node in feasible]
        zones: dict[str, int] = {}
        for node, count in zip(feasible, counts, strict=True):
            if ZONE in labels_of(node):
                zones[labels_of(node)[ZONE]] = zones.get(labels_of(node)[ZONE], 0) + count
        result = []
        for node, count in zip(feasible, counts, strict=True):
            score = 100 * ((max(counts) - count) / max(counts)) if max(counts) else 100.0
            if ZONE in labels_of(node):
                most = max(zones.values())
                in_zone = 100 * ((most - zones[labels_of(node)[ZONE]]) / most) if most else 100.0
                score = score * (1 - 2 / 3) + 2 / 3 * in_zone
            result.append(int(score))
        return result


def controller_of(pod: Object) -> str | None:
    owners = pod["metadata"].get("ownerReferences") or []
    return owners[0]["uid"] if owners else None


def sum_unstated(pod: Object, resource: str, unstated: int) -> int:
    return requested(pod, resource, unstated)


def most_best(raw: list[int]) -> list[int]:
    return [100 * value // max(raw) for value in raw] if max(raw) else raw


def spread_normalized(feasible: list[Object], raw: dict[str, int]) -> list[int]:
    if not raw:
        return [0] * len(feasible)
    lowest, highest = min(raw.values()), max(raw.values())
    result = []
    for node in feasible:
        value = raw.get(node["metadata"]["name"])
        if value is None:
            result.append(0)
        else:
            result.append(100 * (highest + lowest - value) // highest if highest else 100)
    return result
