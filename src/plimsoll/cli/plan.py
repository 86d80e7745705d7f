"""``plimsoll plan``: what must be configured for N nodes of M pods."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterable
from typing import TYPE_CHECKING, TextIO

from plimsoll.cli.flavors import FLAVORS

if TYPE_CHECKING:
    from plimsoll.planning.explanation import Line
    from plimsoll.planning.plan import Plan
    from plimsoll.planning.wish import ImpossibleWishError, Wish

STRATEGIES = ("Watch", "Cache", "Get")
NEWEST_VERSION = "1.36"
IMPOSSIBLE = 2
PIPE_COLUMNS = 120

DESCRIPTION = """\
Work out what must be configured so that every one of N nodes runs M pods: addresses, maxPods, the kubelet's client
limiter, the control plane. Prints the arithmetic and the files to apply. Changes nothing.
"""


def register(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command and its flags."""
    parser = commands.add_parser(
        "plan", help="work out the configuration for N nodes × M pods", description=DESCRIPTION
    )
    parser.set_defaults(run=run)
    _add_wish(parser.add_argument_group("the wish"))
    _add_prescriptions(parser.add_argument_group("prescribed (otherwise chosen)"))
    parser.add_argument(
        "--output", choices=("text", "json", "yaml"), default="text", help="yaml: only the files to apply"
    )


def run(arguments: argparse.Namespace) -> int:
    """Print the plan; 0, or 2 if there is none.

    Raises:
        InputError: if a flag's value cannot be read.

    """
    from plimsoll.planning.plan import make_plan
    from plimsoll.planning.wish import ImpossibleWishError

    wish = _wish(arguments)
    try:
        plan = make_plan(wish)
    except ImpossibleWishError as error:
        _print_impossible(error, arguments.output)
        return IMPOSSIBLE
    _print_plan(plan, arguments.output)
    return 0


def _add_wish(group: argparse._ArgumentGroup) -> None:
    group.add_argument("--nodes", type=_positive, required=True, metavar="N", help="worker nodes")
    group.add_argument("--pods-per-node", type=_positive, required=True, metavar="M", help="your own pods on each")
    group.add_argument("--flavor", choices=FLAVORS, required=True, help="how the cluster is installed")
    group.add_argument(
        "--kubernetes-version",
        default=NEWEST_VERSION,
        metavar="VERSION",
        help="such as 1.16; for OpenShift also 4.3 (default: %(default)s)",
    )
    group.add_argument(
        "--control-pods",
        type=_not_negative,
        default=10,
        metavar="N",
        help="the platform's own pods on each node (default: %(default)s)",
    )
    group.add_argument("--namespaces", type=_positive, metavar="N", help="in the cluster (default: one for each pod)")
    group.add_argument(
        "--objects-per-namespace",
        type=_not_negative,
        metavar="D",
        help="secrets and config maps of its namespace that each pod uses (default: what the platform gives each pod)",
    )


def _add_prescriptions(group: argparse._ArgumentGroup) -> None:
    group.add_argument("--cluster-network", metavar="CIDR", help="where pods' addresses come from")
    group.add_argument("--host-prefix", type=_prefix, metavar="N", help="prefix length of each node's part of it")
    group.add_argument("--service-network", metavar="CIDR", help="where services' addresses come from")
    group.add_argument("--strategy", choices=STRATEGIES, help="how kubelets learn of changed secrets")


def _wish(arguments: argparse.Namespace) -> Wish:
    from plimsoll.planning.flavors import FLAVORS as KNOWN
    from plimsoll.planning.flavors import OPENSHIFT, Strategy
    from plimsoll.planning.versions import parse_version
    from plimsoll.planning.wish import Wish, parse_network

    flavor = KNOWN[arguments.flavor]
    cluster, service = arguments.cluster_network, arguments.service_network
    return Wish(
        flavor=flavor,
        version=parse_version(arguments.kubernetes_version, openshift=flavor is OPENSHIFT),
        nodes=arguments.nodes,
        pods_per_node=arguments.pods_per_node,
        control_pods=arguments.control_pods,
        namespaces=arguments.namespaces,
        objects_per_namespace=arguments.objects_per_namespace,
        cluster_network=parse_network("--cluster-network", cluster) if cluster else None,
        host_prefix=arguments.host_prefix,
        service_network=parse_network("--service-network", service) if service else None,
        strategy=Strategy(arguments.strategy) if arguments.strategy else None,
    )


def _print_plan(plan: Plan, output: str) -> None:
    from plimsoll.planning.document import plan_document
    from plimsoll.planning.explanation import explain
    from plimsoll.planning.manifests import manifests, render_all

    if output == "json":
        print(json.dumps(plan_document(plan), indent=2))
    elif output == "yaml":
        print(render_all(manifests(plan)), end="")
    else:
        _print_lines(explain(plan, _columns(sys.stdout)), sys.stdout)


def _print_impossible(error: ImpossibleWishError, output: str) -> None:
    """The answer goes where it harms nothing: JSON to standard output, everything else to standard error."""
    from plimsoll.planning.document import impossible_document
    from plimsoll.planning.explanation import explain_impossible

    if output == "json":
        print(json.dumps(impossible_document(error), indent=2))
    else:
        _print_lines(explain_impossible(error, _columns(sys.stderr)), sys.stderr)


def _columns(stream: TextIO) -> int:
    import shutil

    return shutil.get_terminal_size().columns if stream.isatty() else PIPE_COLUMNS


def _print_lines(lines: Iterable[Line], stream: TextIO) -> None:
    """Paint for a terminal; a pipe, or NO_COLOR, gets the plain text."""
    from rich.console import Console
    from rich.text import Text

    styles = {
        "title": "bold",
        "heading": "bold cyan",
        "label": "",
        "value": "bold green",
        "reason": "dim",
        "warning": "bold yellow",
        "code": "",
    }
    console = Console(file=stream, highlight=False)
    for line in lines:
        segments = [(text, styles[role]) for role, text in line]
        console.print(Text.assemble(*segments), soft_wrap=True)


def _positive(text: str) -> int:
    return _whole(text, at_least=1)


def _not_negative(text: str) -> int:
    return _whole(text, at_least=0)


def _prefix(text: str) -> int:
    number = _whole(text.removeprefix("/"), at_least=1)
    if number > 30:  # noqa: PLR2004 - a /31 has no address for a pod
        raise argparse.ArgumentTypeError(f"{text!r} leaves no address for a pod; a prefix is at most 30")
    return number


def _whole(text: str, *, at_least: int) -> int:
    try:
        number = int(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number") from None
    if number < at_least:
        raise argparse.ArgumentTypeError(f"{text!r} is less than {at_least}")
    return number
