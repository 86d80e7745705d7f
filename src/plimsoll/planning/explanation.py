"""A plan as lines for a reader: each setting with the arithmetic behind it. Pure; colours are the caller's."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from plimsoll.planning.addressing import host_addresses
from plimsoll.planning.advice import Level
from plimsoll.planning.controlplane import LATENCY_UNDER_LOAD_SECONDS, PODS_OF_A_SIZING_NODE, ControlPlanePlan
from plimsoll.planning.flavors import Strategy
from plimsoll.planning.kubelet import SAFETY_FACTOR, START_SECONDS, Term
from plimsoll.planning.manifests import manifests
from plimsoll.planning.network import pod_addresses
from plimsoll.planning.plan import Plan
from plimsoll.planning.wish import MAX_PODS_STEP, ImpossibleWishError, Wish

INDENT = "  "

NARROWEST = 30
"""Reasons are never wrapped to fewer columns, however narrow the terminal."""


class Role(StrEnum):
    """What a piece of text is, for whoever paints it."""

    TITLE = "title"
    HEADING = "heading"
    LABEL = "label"
    VALUE = "value"
    REASON = "reason"
    WARNING = "warning"
    CODE = "code"


Segment = tuple[Role, str]
Line = tuple[Segment, ...]


@dataclass(frozen=True, slots=True)
class Row:
    """A setting, its value, and why."""

    label: str
    value: str
    reasons: tuple[str, ...] = ()


def explain(plan: Plan, width: int) -> Iterator[Line]:
    """The lines of a plan, reasons wrapped to ``width`` columns; manifests and commands are never wrapped."""
    yield _title(plan.wish)
    sections = {
        "Pods and addresses": tuple(_address_rows(plan)),
        "Kubelet": tuple(_kubelet_rows(plan)),
        "Control plane": tuple(_control_plane_rows(plan)),
    }
    rows = [row for section in sections.values() for row in section]
    columns = max(len(row.label) for row in rows), max(len(row.value) for row in rows)
    for heading, section in sections.items():
        yield ()
        yield ((Role.HEADING, heading),)
        for row in section:
            yield from _row_lines(row, columns, width)
    yield from _advice_lines(plan, width)
    yield from _manifest_lines(plan)


def explain_impossible(error: ImpossibleWishError, width: int) -> Iterator[Line]:
    """Why a wish cannot be had, and what can."""
    yield _title(error.wish)
    yield ()
    yield from _paragraph(Role.WARNING, "impossible  ", f"{error.shortfall.problem}.", width)
    if error.alternatives:
        yield ()
        yield ((Role.HEADING, "Nearest possible"),)
    for alternative in error.alternatives:
        yield ((Role.VALUE, INDENT + alternative.change),)
        yield ((Role.CODE, 2 * INDENT + "$ " + alternative.wish.command),)


def _title(wish: Wish) -> Line:
    cluster = f"{wish.flavor.title}, Kubernetes {wish.version}"
    return ((Role.TITLE, f"{cluster}: {wish.nodes:,} nodes × {wish.pods_per_node:,} pods = {wish.pods:,} pods"),)


def _address_rows(plan: Plan) -> Iterator[Row]:
    wish, network = plan.wish, plan.network
    yield Row("maxPods", f"{plan.max_pods:,}", tuple(_max_pods_reasons(plan)))
    yield Row(wish.flavor.host_prefix_name, f"/{network.host_prefix}", tuple(_prefix_reasons(plan)))
    subnets = f"2^({network.host_prefix}-{network.cluster_network.prefixlen}) = {network.node_subnets:,} node subnets"
    reasons = [f"{subnets}, {wish.nodes:,} needed"]
    default = wish.flavor.cluster_network
    if wish.cluster_network is None and network.cluster_network != default:
        too_small = network.cluster_network.prefixlen < default.prefixlen
        reasons.append(f"the usual {default} {'is too small' if too_small else 'overlaps the service network'}")
    yield Row("cluster network", str(network.cluster_network), tuple(reasons))
    service = f"{network.service_addresses:,} addresses, apart from the cluster network"
    yield Row("service network", str(network.service_network), (service,))


def _max_pods_reasons(plan: Plan) -> Iterator[str]:
    wish = plan.wish
    need = f"{wish.pods_per_node:,} pods + {wish.control_pods} control pods = {wish.needed_max_pods:,}"
    if plan.max_pods == wish.flavor.max_pods:
        yield f"{need}: the default suffices"
    elif plan.max_pods == wish.needed_max_pods:
        yield need
    else:
        yield f"{need}, rounded up to a multiple of {MAX_PODS_STEP}"


def _prefix_reasons(plan: Plan) -> Iterator[str]:
    network, default = plan.network, plan.wish.flavor.host_prefix
    power = f"2^(32-{network.host_prefix}) - 2 = {network.host_addresses:,} addresses"
    kept = network.ipam.kept_addresses
    yield f"{power}; less {kept} for {network.ipam.name}: {network.pod_addresses:,} for pods, {plan.max_pods:,} needed"
    if pod_addresses(default, network.ipam) < plan.max_pods:
        yield f"the default, /{default}, has {host_addresses(default):,}: too few"


def _kubelet_rows(plan: Plan) -> Iterator[Row]:
    kubelet = plan.kubelet
    yield Row("secret strategy", str(kubelet.strategy), tuple(_strategy_reasons(plan)))
    yield Row("demand at rest", f"{kubelet.steady_requests_per_second:.2f}/s", tuple(map(_sum_line, kubelet.steady)))
    yield Row("requests per start", f"{kubelet.requests_per_start:.3g}", tuple(map(_sum_line, kubelet.start)))
    yield Row("kubeAPIQPS/Burst", str(kubelet.limiter), tuple(_limiter_reasons(plan)))


def _strategy_reasons(plan: Plan) -> Iterator[str]:
    wish, kubelet = plan.wish, plan.kubelet
    objects = (
        f"{wish.objects} objects × {wish.namespaces_on_node:,} namespaces = {kubelet.objects_on_node:,} on a full node"
    )
    if kubelet.strategy is Strategy.WATCH:
        yield f"{objects}, as many watches; {kubelet.streams_per_connection:,} fit on a connection"
    elif kubelet.strategy is Strategy.CACHE:
        yield f"{objects}, polled when older than {kubelet.ttl_seconds:.0f} s"
    else:
        yield f"{objects}, fetched at every use"


def _sum_line(term: Term) -> str:
    return f"{term.value:>4.3g}  {term.name}: {term.formula}"


def _limiter_reasons(plan: Plan) -> Iterator[str]:
    kubelet = plan.kubelet
    demand = kubelet.steady_requests_per_second
    if demand:
        yield f"at least {SAFETY_FACTOR:g} × {demand:.2f}, as the article went from a tested 25/50 to 50/100"
    limit = f"within {START_SECONDS:.0f} s"
    yield f"all {plan.wish.needed_max_pods:,} pods of a node can start in {kubelet.start_seconds:.0f} s, {limit}"
    if kubelet.limiter == kubelet.default_limiter:
        yield f"the default of {plan.wish.version}"
    else:
        yield f"the default of {plan.wish.version}, {kubelet.default_limiter}, is too low"


def _control_plane_rows(plan: Plan) -> Iterator[Row]:
    control_plane = plan.control_plane
    sizing = (
        f"published for {control_plane.sizing_nodes:,} nodes: more than {PODS_OF_A_SIZING_NODE} pods count as several nodes"
        if control_plane.sizing_nodes > plan.wish.nodes
        else f"published for {plan.wish.nodes:,} nodes"
    )
    yield Row("cores per machine", f"{control_plane.cores}", (sizing,))
    yield Row("max in flight", str(control_plane.in_flight), tuple(_in_flight_reasons(control_plane)))


def _in_flight_reasons(control_plane: ControlPlanePlan) -> Iterator[str]:
    if control_plane.in_flight == control_plane.default_in_flight:
        yield "read-only/mutating requests, the default"
    else:
        yield f"read-only/mutating requests; the default is {control_plane.default_in_flight}"
    rate = control_plane.kubelet_requests_per_second
    in_flight = f"{control_plane.requests_in_flight:,.1f} in flight"
    yield f"all kubelets at rest: {rate:,.1f}/s × {LATENCY_UNDER_LOAD_SECONDS} s under load = {in_flight}"


def _row_lines(row: Row, columns: tuple[int, int], width: int) -> Iterator[Line]:
    """A row in columns; where a reason continues it hangs, so that it is not taken for the next one."""
    label, value = row.label.ljust(columns[0]), row.value.ljust(columns[1])
    margin = f"{INDENT}{label}  {value}  "
    wrapped = [line for reason in row.reasons for line in _wrap(reason, width - len(margin), INDENT)] or [""]
    yield (Role.LABEL, f"{INDENT}{label}  "), (Role.VALUE, f"{value}  "), (Role.REASON, wrapped[0])
    for line in wrapped[1:]:
        yield ((Role.REASON, " " * len(margin) + line),)


def _advice_lines(plan: Plan, width: int) -> Iterator[Line]:
    if plan.advice:
        yield ()
        yield ((Role.HEADING, "To know"),)
    for advice in plan.advice:
        role = Role.WARNING if advice.level is Level.WARNING else Role.LABEL
        yield from _paragraph(role, f"{INDENT}{advice.level:<8} ", f"{advice.text} ({advice.source})", width)


def _manifest_lines(plan: Plan) -> Iterator[Line]:
    for manifest in manifests(plan):
        yield ()
        yield (Role.HEADING, manifest.file), (Role.REASON, f"  {manifest.purpose}")
        yield from (((Role.VALUE, f"{INDENT}$ {command}"),) for command in manifest.commands)
        yield from (((Role.CODE, INDENT + line),) for line in manifest.render().splitlines())


def _paragraph(role: Role, lead: str, text: str, width: int) -> Iterator[Line]:
    first, *rest = _wrap(text, width - len(lead))
    yield (role, lead), (Role.REASON, first)
    yield from (((Role.REASON, " " * len(lead) + line),) for line in rest)


def _wrap(text: str, width: int, hang: str = "") -> Sequence[str]:
    columns = max(width, NARROWEST)
    return textwrap.wrap(text, columns, subsequent_indent=hang, break_long_words=False, break_on_hyphens=False)
