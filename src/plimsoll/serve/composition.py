"""Which cluster to serve: the cluster section of a scenario, or the defaults, with what the command line changes."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from plimsoll.embed.composition import node_names, node_shapes, simulated_faults
from plimsoll.errors import Complaint, InputError, Place
from plimsoll.registry.componentapi import ServedApi
from plimsoll.scenario.cluster import AnyFault, ClusterSpec, ComponentRestart, NodeLost
from plimsoll.scenario.documents import parse_document
from plimsoll.scenario.sources import Source
from plimsoll.scenario.values import Many, Model
from plimsoll.simcluster.addressing import AddressError
from plimsoll.simcluster.assembly import SimulatedCluster, assemble
from plimsoll.simcluster.profile import ProfileError, load_profile

if TYPE_CHECKING:
    from collections.abc import Mapping

    from plimsoll.telemetry import Telemetry

DEFAULT_NODES = 3


def changed_spec(spec: ClusterSpec | None, changes: Mapping[str, Any]) -> ClusterSpec:
    """The cluster with other values of fields, by their names in the model; None changes nothing.

    ``node`` and ``settings`` add to what is there. Raises ``InputError`` where a value is not possible.
    """
    values: dict[str, Any] = spec.model_dump(by_alias=False) if spec is not None else {"nodes": DEFAULT_NODES}
    for name, value in changes.items():
        if isinstance(value, dict):
            values[name] = {**values.get(name, {}), **value}
        elif value is not None:
            values[name] = value
    try:
        return ClusterSpec.model_validate(values)
    except ValidationError as error:
        raise InputError(*map(_complaint, error.errors(include_url=False))) from error


def _complaint(detail: Any) -> Complaint:
    flag = "--" + "-".join(str(part).replace("_", "-") for part in detail["loc"])
    return Complaint(Place(flag), f"{detail['input']!r:.60} is not possible: {detail['msg']}")


class FaultsFile(Model):
    """A file that says what goes wrong, as ``cluster`` of a scenario does."""

    faults: Many[AnyFault]


def read_faults(path: Path) -> tuple[AnyFault, ...]:
    """The faults of a file; ``InputError`` names the lines that are wrong."""
    from plimsoll.scenario.complaints import complaints_of  # noqa: PLC0415 - brings the model of whole scenarios along

    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        raise InputError(Complaint(Place(str(path)), f"cannot be read: {reason}", "Give a YAML file")) from error
    root = parse_document(text, str(path))
    try:
        return tuple(FaultsFile.model_validate(root.plain()).faults)
    except ValidationError as error:
        raise InputError(*complaints_of(error, Source(str(path), root))) from error


def compose(spec: ClusterSpec, *, seed: int, telemetry: Telemetry, epoch_seconds: float) -> SimulatedCluster:
    """Assemble the cluster; ``InputError`` where its profile or its network cannot be had, or a fault hits nothing."""
    try:
        profile = load_profile(spec.profile, spec.settings)
    except ProfileError as error:
        place = Place(f"--set {error.setting}" if error.setting in spec.settings else "--profile")
        raise InputError(Complaint(place, error.problem, error.remedy)) from error
    _check_faults(spec)
    shapes, faults = node_shapes(spec), simulated_faults(spec)
    try:
        return assemble(
            profile, shapes, seed, telemetry, faults, epoch_seconds=epoch_seconds, make_api=ServedApi, inspectable=True
        )
    except AddressError as error:
        raise InputError(
            Complaint(Place("--nodes"), str(error), "Take fewer nodes, or another cluster network")
        ) from error


def _check_faults(spec: ClusterSpec) -> None:
    names = set(node_names(spec.nodes))
    hit = (fault.node for fault in spec.faults if isinstance(fault, NodeLost | ComponentRestart))
    wrong = [node for node in hit if node is not None and node not in names]
    if wrong:
        remedy = f"The nodes are worker-0 to worker-{spec.nodes - 1}"
        raise InputError(*(Complaint(Place("faults"), f"there is no node {node!r}", remedy) for node in wrong))
