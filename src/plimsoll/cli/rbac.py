"""``plimsoll rbac``: what an administrator has to allow."""

from __future__ import annotations

import argparse
import json
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from plimsoll.experiment.remote.permissions import Right
    from plimsoll.experiment.remote.rbac import Subject

DESCRIPTION = """\
Print the smallest ClusterRole with which a scenario can be run, watched and cleaned up, and its binding, for
`kubectl apply -f -`. Without a scenario it is enough for any.
"""


def register(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command and its flags."""
    parser = commands.add_parser("rbac", help="print the permissions that a run needs", description=DESCRIPTION)
    parser.set_defaults(run=run)
    parser.add_argument("scenario", metavar="SCENARIO", nargs="?", help="a file, or the name of a scenario")
    parser.add_argument("--distribute", action="store_true", help="also for `plimsoll run --distribute`")
    parser.add_argument(
        "--metrics",
        action="store_true",
        help="also to read events, metrics and settings, from which a run on a real cluster can be diagnosed; this"
        " includes nodes/proxy, with which commands can be run in every pod",
    )
    subject = parser.add_mutually_exclusive_group()
    subject.add_argument("--user", metavar="NAME", help="bind the role to this user")
    subject.add_argument("--group", metavar="NAME", help="bind the role to this group")
    subject.add_argument(
        "--service-account",
        metavar="NAMESPACE/NAME",
        default="default/plimsoll",
        help="bind the role to this service account (default: %(default)s)",
    )
    parser.add_argument("--output", choices=("yaml", "json"), default="yaml")


def run(arguments: argparse.Namespace) -> int:
    """Print the manifests.

    Raises:
        InputError: if the scenario or the subject is not one.

    """
    from plimsoll.experiment.remote.permissions import DISTRIBUTION, METRICS
    from plimsoll.experiment.remote.rbac import manifests

    distribution = DISTRIBUTION if arguments.distribute else ()
    rights = (*_rights(arguments.scenario), *distribution, *(METRICS if arguments.metrics else ()))
    documents = list(manifests(rights, _subject(arguments)))
    if arguments.output == "json":
        print(json.dumps({"apiVersion": "v1", "kind": "List", "items": documents}, indent=2))
        return 0
    import yaml

    yaml.safe_dump_all(documents, sys.stdout, sort_keys=False, explicit_start=True)
    return 0


def _rights(scenario: str | None) -> tuple[Right, ...]:
    from plimsoll.driver.plan import build_plan
    from plimsoll.experiment.remote.permissions import rights_of
    from plimsoll.experiment.remote.rbac import every_right
    from plimsoll.scenario.loading import load_scenario

    if scenario is None:
        return every_right()
    return rights_of(build_plan(load_scenario(scenario).scenario, "rbac", deliver_programs=True))


def _subject(arguments: argparse.Namespace) -> Subject:
    from plimsoll.errors import Complaint, InputError, Place
    from plimsoll.experiment.remote.rbac import Subject

    if arguments.user:
        return Subject("User", arguments.user)
    if arguments.group:
        return Subject("Group", arguments.group)
    namespace, _, name = arguments.service_account.partition("/")
    if not (namespace and name):
        problem = f"{arguments.service_account!r} is not NAMESPACE/NAME"
        raise InputError(Complaint(Place("--service-account"), problem, "Write e.g. default/plimsoll"))
    return Subject("ServiceAccount", name, namespace)
