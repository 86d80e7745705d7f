"""The files to apply. A kubelet or API server setting is written only where it differs from the version's default.

Names of fields and variables: OpenShift's ``install-config.yaml`` and ``KubeletConfig``; kubeadm's ``ClusterConfiguration``
and the kubelet's ``KubeletConfiguration``; Kubespray's ``docs/ansible/vars.md`` and role defaults.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import yaml

from plimsoll.planning.flavors import KUBEADM, OPENSHIFT
from plimsoll.planning.plan import Plan
from plimsoll.planning.versions import History, KubernetesVersion

POOL_LABEL = ("custom-kubelet", "large-pods")
"""What ties the KubeletConfig to the machine config pool; the article's own."""

KUBEADM_API = History((13, "v1beta1"), (15, "v1beta2"), (22, "v1beta3"), (31, "v1beta4"))
_LISTED_ARGUMENTS_MINOR = 31  # v1beta4 made extraArgs a list of names and values
_OPENSHIFT_NETWORK = History((13, "OpenShiftSDN"), (25, "OVNKubernetes"))


class _Dumper(yaml.SafeDumper):
    """Writes text of several lines as a block, as people do."""


def _represent_text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style="|" if "\n" in text else None)


_Dumper.add_representer(str, _represent_text)


@dataclass(frozen=True, slots=True)
class Manifest:
    """A file, what it is for, and the commands that put it into effect."""

    file: str
    purpose: str
    commands: tuple[str, ...]
    documents: tuple[dict[str, Any], ...]

    def render(self) -> str:
        """The documents as YAML."""
        return yaml.dump_all(self.documents, Dumper=_Dumper, sort_keys=False, explicit_start=len(self.documents) > 1)


def manifests(plan: Plan) -> tuple[Manifest, ...]:
    """The files that carry out a plan, in the order in which they are needed."""
    if plan.wish.flavor is OPENSHIFT:
        return tuple(_openshift(plan))
    if plan.wish.flavor is KUBEADM:
        return (_kubeadm(plan),)
    return (_kubespray(plan),)


def render_all(files: Iterable[Manifest]) -> str:
    """Every manifest in one YAML stream; comments say which file is which and how it is applied."""
    return "---\n".join(_with_header(manifest) for manifest in files)


def _with_header(manifest: Manifest) -> str:
    header = [f"# {manifest.file}: {manifest.purpose}", *(f"#   $ {command}" for command in manifest.commands)]
    return "\n".join(header) + "\n" + manifest.render()


def kubelet_settings(plan: Plan) -> dict[str, Any]:
    """Fields of ``KubeletConfiguration`` that differ from their defaults."""
    wish, kubelet = plan.wish, plan.kubelet
    settings: dict[str, Any] = {}
    if plan.max_pods != wish.flavor.max_pods:
        settings["maxPods"] = plan.max_pods
    if kubelet.limiter != kubelet.default_limiter:
        settings |= {"kubeAPIQPS": kubelet.limiter.qps, "kubeAPIBurst": kubelet.limiter.burst}
    if kubelet.strategy is not wish.flavor.strategy.at(wish.version):
        settings["configMapAndSecretChangeDetectionStrategy"] = str(kubelet.strategy)
    return settings


def api_server_arguments(plan: Plan) -> dict[str, str]:
    """Flags of kube-apiserver that differ from their defaults."""
    in_flight = plan.control_plane.in_flight
    if in_flight == plan.control_plane.default_in_flight:
        return {}
    return {
        "max-requests-inflight": str(in_flight.read_only),
        "max-mutating-requests-inflight": str(in_flight.mutating),
    }


def _openshift(plan: Plan) -> list[Manifest]:
    files = [
        Manifest(
            "install-config.yaml",
            "merge before installing; hostPrefix cannot be changed later",
            ("openshift-install create cluster",),
            (_install_config(plan),),
        )
    ]
    settings = kubelet_settings(plan)
    if settings:
        label = "=".join(POOL_LABEL)
        commands = (f"oc label --overwrite machineconfigpool worker {label}", "oc apply -f kubelet-config.yaml")
        document = kubelet_config(settings)
        files.append(Manifest("kubelet-config.yaml", "apply to the running cluster", commands, (document,)))
    return files


def _install_config(plan: Plan) -> dict[str, Any]:
    network = plan.network
    return {
        "networking": {
            "networkType": _OPENSHIFT_NETWORK.at(plan.wish.version),
            "clusterNetwork": [{"cidr": str(network.cluster_network), "hostPrefix": network.host_prefix}],
            "serviceNetwork": [str(network.service_network)],
        }
    }


def kubelet_config(settings: dict[str, Any], name: str = "set-max-pods") -> dict[str, Any]:
    """OpenShift's object that carries fields of ``KubeletConfiguration`` to the workers; its name is the article's."""
    return {
        "apiVersion": "machineconfiguration.openshift.io/v1",
        "kind": "KubeletConfig",
        "metadata": {"name": name},
        "spec": {
            "machineConfigPoolSelector": {"matchLabels": dict([POOL_LABEL])},
            "kubeletConfig": settings,
        },
    }


def _kubeadm(plan: Plan) -> Manifest:
    documents = [_cluster_configuration(plan)]
    settings = kubelet_settings(plan)
    if settings:
        header = {"apiVersion": "kubelet.config.k8s.io/v1beta1", "kind": "KubeletConfiguration"}
        documents.append(header | settings)
    command = "kubeadm init --config kubeadm-config.yaml"
    return Manifest("kubeadm-config.yaml", "on the first control-plane machine", (command,), tuple(documents))


def _cluster_configuration(plan: Plan) -> dict[str, Any]:
    version, network = plan.wish.version, plan.network
    division = {"node-cidr-mask-size": str(network.host_prefix)}
    configuration: dict[str, Any] = {
        "apiVersion": f"kubeadm.k8s.io/{KUBEADM_API.at(version)}",
        "kind": "ClusterConfiguration",
        "networking": {"podSubnet": str(network.cluster_network), "serviceSubnet": str(network.service_network)},
        "controllerManager": {"extraArgs": extra_arguments(division, version)},
    }
    arguments = api_server_arguments(plan)
    if arguments:
        configuration["apiServer"] = {"extraArgs": extra_arguments(arguments, version)}
    return configuration


def extra_arguments(arguments: dict[str, str], version: KubernetesVersion) -> dict[str, str] | list[dict[str, str]]:
    """Flags of a component in the form that kubeadm's configuration of a version takes."""
    if version.minor < _LISTED_ARGUMENTS_MINOR:
        return arguments
    return [{"name": name, "value": value} for name, value in arguments.items()]


def _kubespray(plan: Plan) -> Manifest:
    network = plan.network
    variables: dict[str, Any] = {
        "kube_pods_subnet": str(network.cluster_network),
        "kube_network_node_prefix": network.host_prefix,
        "kube_service_addresses": str(network.service_network),
    }
    settings = kubelet_settings(plan)
    if "maxPods" in settings:
        variables["kubelet_max_pods"] = settings.pop("maxPods")
    if settings:
        variables["kubelet_config_extra_args"] = settings
    arguments = api_server_arguments(plan)
    if arguments:
        variables["kube_kubeadm_apiserver_extra_args"] = arguments
    return Manifest(
        "group_vars/k8s_cluster/plimsoll.yml",
        "in the inventory, before the playbook runs",
        ("ansible-playbook -i inventory/mycluster/hosts.yaml --become cluster.yml",),
        (variables,),
    )
