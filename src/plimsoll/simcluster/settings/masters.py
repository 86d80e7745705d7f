"""The machines of the control plane and who shares their cores."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from plimsoll.simcluster.settings.setting import Count, Seconds, Settings

Placement = Literal["shared", "own"]


class MastersSettings(Settings):
    """The machines of the control plane and who shares their cores."""

    count: Count = Field(
        description="Machines that run an API server each; zero leaves apiserver.cores to the API servers alone."
    )
    cores_per_master: Annotated[int, Field(ge=1, le=1024, description="Whole cores of one of these machines.")]
    threads_per_core: Annotated[int, Field(ge=1, le=8, description="CPUs that the machine shows for each core.")]
    second_thread_gain: Annotated[
        float, Field(ge=0, le=1, description="What a further thread on a busy core adds to that core's work.")
    ]
    virtual_machines: bool = Field(description="The machines are virtual: their cores are a hypervisor's threads.")
    virtual_machine_efficiency: Annotated[
        float, Field(gt=0, le=1, description="Work of a virtual machine's core against one of the bare metal.")
    ]
    virtual_machine_steal: Annotated[
        float, Field(ge=0, lt=1, description="Share of time for which a hypervisor gives a core to other machines.")
    ]
    scheduler_placement: Placement = Field(
        description="On the first master beside an API server, or on a node of its own."
    )
    controller_manager_placement: Placement = Field(description="As for the scheduler; both own: a node each.")
    controller_cpu_seconds: Seconds = Field(description="CPU of the controller manager for a change in the store.")
