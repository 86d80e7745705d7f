"""How found values are put into a real cluster: the flavour and version that a profile stands for, and the files."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from plimsoll.planning.settings_manifests import manifests
from plimsoll.planning.versions import KubernetesVersion, parse_version

if TYPE_CHECKING:
    from plimsoll.diagnosis.finding import Flavor
    from plimsoll.planning.manifests import Manifest

_VERSION = re.compile(r"-(\d+)\.(\d+)(\.\d+)?$")

_MACHINES = ("networkBitsPerSecond",)
"""Parameters that are no settings of components, but of what a cluster is made of."""


def flavor_of(profile_name: str) -> Flavor:
    """How a cluster of this profile was installed: OpenShift's by its installer, Kargo's by what became Kubespray."""
    if profile_name.startswith("openshift"):
        return "openshift"
    return "kubespray" if profile_name.startswith(("kargo", "kubespray")) else "kubeadm"


def version_of(profile_name: str) -> KubernetesVersion | None:
    """The version of Kubernetes that a profile's name ends with, or is known for; None where it tells none."""
    if profile_name == "kargo":
        return KubernetesVersion(5)  # it is that of the end of 2016
    match = _VERSION.search(profile_name)
    if match is None:
        return None
    if profile_name.startswith("openshift"):
        return parse_version(f"{match[1]}.{match[2]}", openshift=True)
    return KubernetesVersion(int(match[2]))


def files(changes: Mapping[str, Any], flavor: Flavor, profile_name: str) -> tuple[Manifest, ...]:
    """The manifests that bring the settings among some changes about; parameters of the load are nobody's to configure."""
    settings = {name: value for name, value in changes.items() if "." in name or name in _MACHINES}
    return manifests(settings, flavor, version_of(profile_name)) if settings else ()
