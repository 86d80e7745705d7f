"""``plimsoll serve``: a simulated cluster as a Kubernetes API that any client can talk to."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from plimsoll.scenario.cluster import ClusterSpec
    from plimsoll.serve.running import Announcement, Wish

DESCRIPTION = """\
Serve a simulated cluster over HTTPS, for kubectl and every other client, until Ctrl-C. Its kubeconfig is valid as long
as the server runs. Load is driven by those clients, or by `plimsoll run SCENARIO --context NAME`.
"""
SCHEMA = "plimsoll.serve/1"
DEFAULT_SEED = 1
MOST_PORTS = 65_535


def register(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command and its flags."""
    parser = commands.add_parser("serve", help="serve a simulated cluster to any client", description=DESCRIPTION)
    parser.set_defaults(run=run)
    _add_cluster(parser.add_argument_group("the cluster"))
    _add_containers(parser.add_argument_group("the containers"))
    _add_listening(parser.add_argument_group("the server"))
    _add_access(parser.add_argument_group("access"))


def _add_cluster(group: argparse._ArgumentGroup) -> None:
    group.add_argument("--profile", metavar="P", help="how its components behave: a profile's name, or a file")
    group.add_argument("--nodes", type=int, metavar="N", help="the number of nodes (default: 3)")
    group.add_argument("--node-cpu", metavar="CPU", help="the CPU of each node, such as 4 or 500m (default: 8)")
    group.add_argument("--node-memory", metavar="BYTES", help="the memory of each node, such as 16Gi (default: 32Gi)")
    group.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        dest="settings",
        help="a setting of the profile, such as kubelet.kubeAPIQPS=50; may be given again",
    )
    group.add_argument("--scenario", metavar="S", help="take the cluster of a scenario: a file, or one of the gallery")
    group.add_argument(
        "--faults", type=Path, metavar="FILE", help="what goes wrong and when, as in a scenario's cluster"
    )
    group.add_argument(
        "--seed", type=int, default=DEFAULT_SEED, metavar="N", help="of all chance (default: %(default)s)"
    )
    group.add_argument(
        "--rate", type=float, default=1.0, metavar="R", help="simulated seconds per second (default: %(default)g)"
    )


def _add_containers(group: argparse._ArgumentGroup) -> None:
    group.add_argument(
        "--runtime",
        choices=("simulated", "process"),
        default="simulated",
        help="process: run the commands of containers as processes of this machine, WITH YOUR RIGHTS and unconfined;"
        " whoever may create pods may do anything you may (default: %(default)s)",
    )


def _add_listening(group: argparse._ArgumentGroup) -> None:
    group.add_argument("--bind", default="127.0.0.1", metavar="ADDRESS", help="where to listen (default: %(default)s)")
    group.add_argument("--port", type=int, default=0, metavar="N", help="the port (default: any that is free)")
    group.add_argument("--output", choices=("text", "json"), default="text", help="how to say that the server is ready")


def _add_access(group: argparse._ArgumentGroup) -> None:
    group.add_argument(
        "--kubeconfig", type=Path, metavar="FILE", help="where to write the kubeconfig (default: a folder of its own)"
    )
    group.add_argument(
        "--merge-kubeconfig",
        action="store_true",
        help="also add a context to $KUBECONFIG or ~/.kube/config, until the server stops",
    )
    group.add_argument("--name", metavar="NAME", default="", help="the context's name (default: plimsoll-PORT)")
    group.add_argument(
        "--token-auth-file",
        type=Path,
        metavar="FILE",
        help='more users: lines token,user,uid[,"group,group"] as kube-apiserver reads them',
    )


def run(arguments: argparse.Namespace) -> int:
    """Serve until told to stop; 0.

    Raises:
        InputError: if the cluster or the address cannot be had.

    """
    import logging

    from plimsoll.serve.running import run as run_server

    wish = _wish(arguments)
    logging.basicConfig(format="plimsoll: %(message)s", level=logging.ERROR, stream=sys.stderr)
    run_server(wish, lambda announcement: _announce(announcement, wish, arguments.output))
    return 0


def _wish(arguments: argparse.Namespace) -> Wish:
    from plimsoll.serve.running import Wish
    from plimsoll.serve.server import Listening
    from plimsoll.serve.tokens import read_token_file

    _check(arguments)
    tokens = read_token_file(arguments.token_auth_file) if arguments.token_auth_file else {}
    listening = Listening(arguments.bind, arguments.port, arguments.rate, tokens)
    return Wish(
        _spec(arguments),
        listening,
        arguments.seed,
        arguments.name,
        arguments.kubeconfig,
        merge=arguments.merge_kubeconfig,
        processes=arguments.runtime == "process",
    )


def _check(arguments: argparse.Namespace) -> None:
    from plimsoll.errors import Complaint, InputError, Place

    if not 0 <= arguments.port <= MOST_PORTS:
        raise InputError(Complaint(Place("--port"), f"{arguments.port} is no port", "Take one from 1 to 65535, or 0"))
    if not 0.0 <= arguments.rate <= float("1e6"):
        raise InputError(
            Complaint(Place("--rate"), f"{arguments.rate:g} is not possible", "Take 0 to stand still, 1, 10 …")
        )
    if arguments.runtime == "process":
        _check_processes(arguments)


def _check_processes(arguments: argparse.Namespace) -> None:
    """What runs as processes of this machine is for this machine alone, and lives in its time."""
    from ipaddress import ip_address

    from plimsoll.errors import Complaint, InputError, Place

    try:
        loopback = ip_address(arguments.bind).is_loopback
    except ValueError:
        loopback = arguments.bind == "localhost"
    if not loopback:
        problem = "with --runtime process anybody who reaches the server could run programs here"
        raise InputError(Complaint(Place("--bind"), problem, "Listen on 127.0.0.1"))
    if arguments.rate != 1.0:
        raise InputError(Complaint(Place("--rate"), "processes live in real time", "Leave it at 1"))


def _spec(arguments: argparse.Namespace) -> ClusterSpec:
    """The cluster to serve, from the scenario and the flags."""
    from plimsoll.experiment.changes import parse_setting
    from plimsoll.serve.composition import changed_spec, read_faults
    from plimsoll.serve.processes.runtime import NETWORK_SETTINGS

    spec = None
    if arguments.scenario is not None:
        from plimsoll.scenario.loading import load_scenario

        spec = load_scenario(arguments.scenario).scenario.cluster
    node = {"cpu": arguments.node_cpu, "memory": arguments.node_memory}
    changes: dict[str, Any] = {
        "profile": arguments.profile,
        "nodes": arguments.nodes,
        "node": {name: value for name, value in node.items() if value is not None},
        "settings": {
            **dict(map(parse_setting, arguments.settings)),
            **(NETWORK_SETTINGS if arguments.runtime == "process" else {}),
        },
        "faults": read_faults(arguments.faults) if arguments.faults is not None else None,
    }
    return changed_spec(spec, changes)


def _announce(announcement: Announcement, wish: Wish, output: str) -> None:
    """Say that the server is ready and how to reach it; never a token."""
    spec = wish.spec
    if output == "json":
        document = {
            "schema": SCHEMA,
            "server": announcement.url,
            "kubeconfig": str(announcement.kubeconfig),
            "context": announcement.context,
            "mergedInto": str(announcement.merged_into) if announcement.merged_into else None,
            "pid": announcement.pid,
            "profile": spec.profile,
            "nodes": spec.nodes,
        }
        print(json.dumps(document, indent=2), flush=True)
        return
    print(f"{announcement.url}: {spec.nodes:,} nodes, profile {spec.profile}, until Ctrl-C")
    if announcement.merged_into:
        print(f"kubectl --context {announcement.context} get nodes", flush=True)
    else:
        print(f"export KUBECONFIG={announcement.kubeconfig}", flush=True)
