"""A job with what it takes to have its pods really do something: their programs, and somebody who coordinates them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plimsoll.driver.programs import (
    COORDINATOR,
    COORDINATOR_PORT,
    WITH_PODS,
    CoordinatorGroup,
    Programs,
    ProgramsGroup,
    coordinator_namespace,
)
from plimsoll.scenario.expansion import pods_of
from plimsoll.scenario.model import Namespaces, Part
from plimsoll.scenario.objects import ServiceGroup
from plimsoll.scenario.pods import PROGRAM_IMAGE, Pod
from plimsoll.workloads.coordination import Coordination
from plimsoll.workloads.delivery import CONFIG_MAP

if TYPE_CHECKING:
    from plimsoll.scenario.model import Job


def with_programs(job: Job) -> Job:
    """The job with a config map of programs in every namespace whose pods need any, and a coordinator of its own.

    A job whose pods all do nothing is returned as it is.
    """
    expected = sum(Programs(job, part).reporting() for part in job.parts)
    if not expected:
        return job
    own = Part(namespaces=job.namespaces, copies=job.copies, objects=job.objects)
    alongside = [_delivered(job, part) for part in job.alongside]
    return job.model_copy(
        update={"alongside": (_coordinator(job, expected), *alongside), "objects": _delivered(job, own).objects}
    )


def coordination(job: Job, work_seconds: float) -> Coordination | None:
    """Where the results of a job are to be found; None where its pods have no programs."""
    for part in job.alongside:
        if any(isinstance(group, CoordinatorGroup) for group in part.objects):
            return Coordination(job.name, coordinator_namespace(job), COORDINATOR, "coordinator", work_seconds)
    return None


def load_pods(job: Job) -> int:
    """How many pods a job wants, its coordinator left out."""
    return pods_of(job) - sum(isinstance(group, CoordinatorGroup) for part in job.alongside for group in part.objects)


def _delivered(job: Job, part: Part) -> Part:
    names = Programs(job, part).names()
    if not names:
        return part
    return part.model_copy(update={"objects": (_programs(names), *part.objects)})


def _programs(names: tuple[str, ...]) -> ProgramsGroup:
    return ProgramsGroup(name=CONFIG_MAP, once=True, programs=names)


def _coordinator(job: Job, expected: int) -> Part:
    """One namespace with one pod and its service. That pod has the image of the job's first pod with a program."""
    images = (
        group.pod.image
        for part in job.parts
        for group in part.objects
        if isinstance(group, WITH_PODS) and group.pod.has_program
    )
    pod = Pod(
        image=next(images, None) or PROGRAM_IMAGE, service_account_token=False, termination_grace_period_seconds=1.0
    )
    objects = (
        _programs(("coordinator",)),
        ServiceGroup(kind="Service", name=COORDINATOR, port=COORDINATOR_PORT),
        CoordinatorGroup(kind="Pod", name=COORDINATOR, pod=pod, expected=expected),
    )
    part = Part(namespaces=Namespaces(names=(coordinator_namespace(job),)))
    return part.model_copy(update={"objects": objects})  # these groups are no one's to write in a scenario
