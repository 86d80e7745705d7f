"""The files to apply for a change of settings: what a remedy or a tuned value means on a real cluster.

A setting has the dotted name that a scenario's ``cluster.settings`` gives it. What no file of the flavour sets comes as a
manifest without documents, whose ``purpose`` says in words what to do: nothing is left out without a word.

Names of fields and variables: the kubelet's ``KubeletConfiguration``, ``KubeSchedulerConfiguration``, flags of
kube-controller-manager and kube-apiserver, CoreDNS' Corefile, OpenShift's ``KubeletConfig`` and
``cluster-monitoring-config``, Kubespray's ``docs/ansible/vars.md`` and role defaults.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from plimsoll.planning.clusterdns import BY_HAND, dns_manifests
from plimsoll.planning.manifests import KUBEADM_API, POOL_LABEL, Manifest, extra_arguments, kubelet_config
from plimsoll.planning.versions import NEWEST_MINOR, KubernetesVersion

SettingValue = bool | int | float | str
Settings = Mapping[str, SettingValue]

OPENSHIFT, KUBEADM, KUBESPRAY = "openshift", "kubeadm", "kubespray"


def _same(value: SettingValue) -> SettingValue:
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _duration(value: SettingValue) -> str:
    return f"{float(value):g}s"


def _four_times(value: SettingValue) -> int:
    return round(4 * float(value))  # the kubelet renews its lease after a quarter of the lease's duration


@dataclass(frozen=True, slots=True)
class _Field:
    """Where a component takes a setting from."""

    name: str
    convert: Callable[[SettingValue], SettingValue] = _same


_KUBELET = {
    "kubelet.maxPods": _Field("maxPods"),
    "kubelet.kubeAPIQPS": _Field("kubeAPIQPS"),
    "kubelet.kubeAPIBurst": _Field("kubeAPIBurst"),
    "kubelet.eventQPS": _Field("eventRecordQPS"),
    "kubelet.eventBurst": _Field("eventBurst"),
    "kubelet.configMapAndSecretChangeDetectionStrategy": _Field("configMapAndSecretChangeDetectionStrategy"),
    "kubelet.syncFrequencySeconds": _Field("syncFrequency", _duration),
    "kubelet.serializeImagePulls": _Field("serializeImagePulls"),
    "kubelet.maxParallelImagePulls": _Field("maxParallelImagePulls"),
    "kubelet.registryPullQPS": _Field("registryPullQPS"),
    "kubelet.registryBurst": _Field("registryBurst"),
    "kubelet.leaseSeconds": _Field("nodeLeaseDurationSeconds", _four_times),
    "kubelet.nodeStatusReportSeconds": _Field("nodeStatusReportFrequency", _duration),
}

_SCHEDULER_CLIENT = {"scheduler.qps": _Field("qps"), "scheduler.burst": _Field("burst")}
_SCHEDULER = {
    "scheduler.percentageOfNodesToScore": _Field("percentageOfNodesToScore"),
    "scheduler.parallelism": _Field("parallelism"),
    "scheduler.initialBackoffSeconds": _Field("podInitialBackoffSeconds"),
    "scheduler.maxBackoffSeconds": _Field("podMaxBackoffSeconds"),
}

_CONTROLLER_MANAGER = {
    "controllers.qps": _Field("kube-api-qps"),
    "controllers.burst": _Field("kube-api-burst"),
    "controllers.deploymentWorkers": _Field("concurrent-deployment-syncs"),
    "controllers.replicasetWorkers": _Field("concurrent-replicaset-syncs"),
    "controllers.namespaceWorkers": _Field("concurrent-namespace-syncs"),
    "controllers.garbageCollectorWorkers": _Field("concurrent-gc-syncs"),
    "controllers.nodeMonitorPeriodSeconds": _Field("node-monitor-period", _duration),
    "controllers.nodeMonitorGraceSeconds": _Field("node-monitor-grace-period", _duration),
    "network.hostPrefix": _Field("node-cidr-mask-size"),
}

# A setting is over all API servers and the flag is each one's, whose number a diagnosis may not know: on the safe side.
_API_SERVER = {
    "apiserver.maxReadsInFlight": _Field("max-requests-inflight"),
    "apiserver.maxMutatingInFlight": _Field("max-mutating-requests-inflight"),
}

_WORDS = {
    "apiserver.cores": "give the control plane's machines more cores, or add an API server",
    "masters": "change the machines of the control plane, or where its components run",
    "masters.coresPerMaster": "use machines with so many cores for the control plane",
    "masters.virtualMachines": "run the control plane on machines of its own, not on virtual ones",
    "masters.schedulerPlacement": "own: run kube-scheduler on a machine that no API server shares",
    "networkBitsPerSecond": "use nodes with interfaces of this speed, or more of them",
    "proxy.idleTimeoutSeconds": (
        "set proxy_timeout in the nginx (or timeout client/server in the haproxy) between nodes and API servers; watches "
        "are silent for minutes, so take 10m or more"
    ),
    "database.clientClassifies": "use an oslo.db that knows the cluster's words for a deadlock (wsrep, 1213)",
    "database.clientRetries": "let this share of transactions be tried again: decorate them (oslo_db.api.wrap_db_retry)",
    "database": "change the database cluster (wsrep, InnoDB) or its clients (oslo.db: retry deadlocks)",
    "migration": "change [libvirt] live_migration_* in nova.conf of every compute node, or the address its host name has",
    "monitoring.memoryLimitBytes": "raise the memory limit of Prometheus, on a node that has it",
    "monitoring.nodeMemoryBytes": "run Prometheus on nodes with more memory",
    "monitoring.remoteWrite": "add remote_write to Prometheus, to a durable store outside the cluster",
    "monitoring": "change Prometheus: retention, scrape interval, or remote write to a store outside",
    "runtime": "change the container runtime, the registry, or the images",
    "kubelet.verbosity": "run the kubelet with --v at this level",
    "scheduler": "no file sets this: it came with the scheduler's version",
    "controllers": "no file sets this: it came with the controller manager's version",
    "network": "change the network's plug-in or interfaces",
    "apiserver": "change the machines or the store of the control plane",
}
"""What to do where no file does it: the words of the longest name that a setting's name begins with."""


def manifests(settings: Settings, flavor: str, version: KubernetesVersion | None = None) -> tuple[Manifest, ...]:
    """The files that bring settings about in a flavour (``openshift``, ``kubeadm``, ``kubespray``), and words for the rest.

    ``version`` decides the form of kubeadm's file, and which server the cluster's DNS is; without, it is the newest that is known.
    """
    makers = {OPENSHIFT: _openshift, KUBEADM: _kubeadm, KUBESPRAY: _kubespray}
    version = version or KubernetesVersion(NEWEST_MINOR)
    files = [*makers[flavor](settings, version), *dns_manifests(settings, flavor, version)]
    done = {name for name in settings if name.startswith("dns.") or name in _FILED[flavor]}
    return (*files, *(_in_words(name, value) for name, value in settings.items() if name not in done))


def _openshift(settings: Settings, _version: KubernetesVersion) -> Iterator[Manifest]:
    if fields := _chosen(settings, _KUBELET):
        label = "=".join(POOL_LABEL)
        yield Manifest(
            "kubelet-config.yaml",
            "settings of the kubelets; nodes of the pool restart one after the other",
            (f"oc label --overwrite machineconfigpool worker {label}", "oc apply -f kubelet-config.yaml"),
            (kubelet_config(fields, "set-kubelet-limits"),),
        )
    if "network.hostPrefix" in settings:
        network = {"clusterNetwork": [{"hostPrefix": _same(settings["network.hostPrefix"])}]}
        yield Manifest(
            "install-config.yaml",
            "merge before installing, beside the cidr; hostPrefix cannot be changed later",
            ("openshift-install create cluster",),
            ({"networking": network},),
        )
    if "monitoring.retentionSeconds" in settings:
        yield Manifest(
            "cluster-monitoring-config.yaml",
            "how long Prometheus keeps what it measured",
            ("oc apply -f cluster-monitoring-config.yaml",),
            (_monitoring_config(float(settings["monitoring.retentionSeconds"])),),
        )


def _kubeadm(settings: Settings, version: KubernetesVersion) -> Iterator[Manifest]:
    documents: list[dict[str, Any]] = []
    if configuration := _cluster_configuration(settings, version):
        documents.append(configuration)
    if fields := _chosen(settings, _KUBELET):
        header = {"apiVersion": "kubelet.config.k8s.io/v1beta1", "kind": "KubeletConfiguration"}
        documents.append(header | fields)
    if documents:
        yield Manifest(
            "kubeadm-config.yaml",
            "merge; kubelets of a running cluster take kubelet-config by the second command",
            ("kubeadm init --config kubeadm-config.yaml", "kubeadm upgrade node phase kubelet-config"),
            tuple(documents),
        )
    if scheduler := _scheduler_configuration(settings):
        yield Manifest(
            "scheduler.yaml",
            "mount it into the static pod of kube-scheduler and start that with --config=/etc/kubernetes/scheduler.yaml",
            ("cp scheduler.yaml /etc/kubernetes/scheduler.yaml",),
            (scheduler,),
        )


def _cluster_configuration(settings: Settings, version: KubernetesVersion) -> dict[str, Any]:
    arguments = {
        "apiServer": _chosen(settings, _API_SERVER),
        "controllerManager": _chosen(settings, _CONTROLLER_MANAGER),
    }
    parts = {
        component: {"extraArgs": extra_arguments({name: str(value) for name, value in chosen.items()}, version)}
        for component, chosen in arguments.items()
        if chosen
    }
    header = {"apiVersion": f"kubeadm.k8s.io/{KUBEADM_API.at(version)}", "kind": "ClusterConfiguration"}
    return header | parts if parts else {}


def _scheduler_configuration(settings: Settings) -> dict[str, Any]:
    client, options = _chosen(settings, _SCHEDULER_CLIENT), _chosen(settings, _SCHEDULER)
    if not client and not options:
        return {}
    connection = {"kubeconfig": "/etc/kubernetes/scheduler.conf", **client}
    header = {"apiVersion": "kubescheduler.config.k8s.io/v1", "kind": "KubeSchedulerConfiguration"}
    return {**header, "clientConnection": connection, **options}


def _kubespray(settings: Settings, _version: KubernetesVersion) -> Iterator[Manifest]:
    kubelet, manager = _chosen(settings, _KUBELET), _chosen(settings, _CONTROLLER_MANAGER)
    variables = {
        "kubelet_max_pods": kubelet.pop("maxPods", None),
        "kube_network_node_prefix": manager.pop("node-cidr-mask-size", None),
        "kubelet_config_extra_args": kubelet,
        "kube_kubeadm_apiserver_extra_args": _chosen(settings, _API_SERVER),
        "kube_kubeadm_controller_extra_args": manager,
        "kube_scheduler_client_conn_extra_opts": _chosen(settings, _SCHEDULER_CLIENT),
        "kube_scheduler_config_extra_opts": _chosen(settings, _SCHEDULER),
    }
    if chosen := {name: value for name, value in variables.items() if value not in (None, {})}:
        yield Manifest(
            "group_vars/k8s_cluster/plimsoll.yml",
            "in the inventory, then run the playbook",
            ("ansible-playbook -i inventory/mycluster/hosts.yaml --become cluster.yml",),
            (chosen,),
        )


def _chosen(settings: Settings, fields: Mapping[str, _Field]) -> dict[str, Any]:
    """The settings of a component by the names that it knows them by."""
    return {field.name: field.convert(settings[name]) for name, field in fields.items() if name in settings}


def _monitoring_config(retention_seconds: float) -> dict[str, Any]:
    return {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": "cluster-monitoring-config", "namespace": "openshift-monitoring"},
        "data": {"config.yaml": f"prometheusK8s:\n  retention: {retention_seconds / 3600:g}h\n"},
    }


def _in_words(name: str, value: SettingValue) -> Manifest:
    beginnings = [beginning for beginning in _WORDS if name == beginning or name.startswith(f"{beginning}.")]
    words = _WORDS[max(beginnings, key=len)] if beginnings else "no file of this flavour sets it"
    return Manifest(BY_HAND, f"{name} = {value}: {words}", (), ())


_CONTROL_PLANE = {*_SCHEDULER_CLIENT, *_SCHEDULER, *_CONTROLLER_MANAGER, *_API_SERVER}
_FILED: Mapping[str, frozenset[str]] = {
    # OpenShift's operators own the flags of the control plane: overrides are unsupported
    OPENSHIFT: frozenset({*_KUBELET, "network.hostPrefix", "monitoring.retentionSeconds"}),
    KUBEADM: frozenset({*_KUBELET, *_CONTROL_PLANE}),
    KUBESPRAY: frozenset({*_KUBELET, *_CONTROL_PLANE}),
}
"""The settings that files of a flavour carry."""
