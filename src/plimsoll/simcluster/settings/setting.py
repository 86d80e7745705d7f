"""What settings have in common: their names, their units, and that they are frozen and strict.

A setting's public name is its component and its camel-case name, e.g. ``kubelet.maxPods``; names that Kubernetes has
for a setting are used as they are. Zero means "costs nothing" for durations and "no limit" for limits, unless a field
says otherwise.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

Seconds = Annotated[float, Field(ge=0)]
Count = Annotated[int, Field(ge=0)]
Rate = Annotated[float, Field(description="Requests per second; zero or less is unlimited, as in client-go.")]


def setting_name(field_name: str) -> str:
    """Camel case as Kubernetes writes it: ``kube_api_qps`` is ``kubeAPIQPS``."""
    name = to_camel(field_name)
    known = {
        "kubeApiQps": "kubeAPIQPS",
        "kubeApiBurst": "kubeAPIBurst",
        "eventQps": "eventRecordQPS",
        "registryPullQps": "registryPullQPS",
    }
    return known.get(name, name)


class Settings(BaseModel):
    """Base of every component's settings: frozen, and strict about names."""

    model_config = ConfigDict(frozen=True, extra="forbid", alias_generator=setting_name, populate_by_name=True)
