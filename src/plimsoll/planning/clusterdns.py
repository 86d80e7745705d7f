"""The files for a change of the cluster's DNS: CoreDNS' Corefile and Deployment, or those of kube-dns before it.

Sources: kubeadm's ``CoreDNSConfigMap``; plugins ``forward`` (``max_concurrent``) and ``cache`` of CoreDNS; Kubespray's
``dns_*`` variables; OpenShift's DNS operator, which owns both files; ``cluster/addons/dns`` of Kubernetes 1.5 to 1.12.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from plimsoll.planning.manifests import Manifest
from plimsoll.planning.versions import KubernetesVersion

MIB = 1024 * 1024

BY_HAND = "by hand"
"""The ``file`` of a manifest that is only words."""

_COREFILE = """\
.:53 {{
    errors
    health {{
       lameduck 5s
    }}
    ready
    kubernetes cluster.local in-addr.arpa ip6.arpa {{
       pods insecure
       fallthrough in-addr.arpa ip6.arpa
       ttl 30
    }}
    prometheus :9153
    forward . /etc/resolv.conf {{
       max_concurrent {concurrent}
    }}
    cache {ttl} {{
       success {entries}
       denial {entries}
    }}
    loop
    reload
    loadbalance
}}
"""
_CONCURRENT, _TTL_SECONDS, _ENTRIES = 1000, 30, 9984  # kubeadm's Corefile; the capacity is the plugin's default
_COREFILE_SETTINGS = ("dns.forwardMax", "dns.cacheSize", "dns.cacheTtlSeconds")
_FIRST_WITH_COREDNS = KubernetesVersion(13)  # cluster/addons/dns: the default from 1.13 on
_DNSMASQ = {
    "dns.forwardMax": "--dns-forward-max",
    "dns.cacheSize": "--cache-size",
    "dns.cacheTtlSeconds": "--max-cache-ttl",
}
_KUBE_DNS_CONTAINERS = ("kubedns", "dnsmasq")
_DEPLOYMENT_SETTINGS = ("dns.replicas", "dns.memoryLimitBytes", "dns.cpuLimitCores")

Settings = Mapping[str, bool | int | float | str]


def dns_manifests(settings: Settings, flavor: str, version: KubernetesVersion) -> tuple[Manifest, ...]:
    """The files that bring settings of the ``dns`` component about, and words for those that none does."""
    chosen = {name: value for name, value in settings.items() if name.startswith("dns.")}
    if version < _FIRST_WITH_COREDNS and flavor != "openshift":
        return _kube_dns(chosen)
    files: list[Manifest] = []
    filed: tuple[str, ...] = ()
    if flavor != "openshift":  # there, an operator restores what it finds changed
        filed = (*_COREFILE_SETTINGS, *_DEPLOYMENT_SETTINGS)
        if any(name in chosen for name in _COREFILE_SETTINGS):
            files.append(_corefile(chosen))
        if any(name in chosen for name in _DEPLOYMENT_SETTINGS):
            files.append(_deployment(chosen, "coredns", "CoreDNS", ("coredns",)))
    words = (_in_words(name, value) for name, value in chosen.items() if name not in filed)
    return (*files, *words)


def _kube_dns(chosen: Settings) -> tuple[Manifest, ...]:
    files: list[Manifest] = []
    if any(name in chosen for name in _DEPLOYMENT_SETTINGS):
        files.append(_deployment(chosen, "kube-dns", "kube-dns", _KUBE_DNS_CONTAINERS))
    if flags := " ".join(f"{flag}={chosen[name]}" for name, flag in _DNSMASQ.items() if name in chosen):
        files.append(Manifest(BY_HAND, f"start the dnsmasq of kube-dns with {flags}", (), ()))
    rest = (name for name in chosen if name not in (*_DEPLOYMENT_SETTINGS, *_DNSMASQ))
    return (*files, *(_in_words(name, chosen[name]) for name in rest))


def _in_words(name: str, value: object) -> Manifest:
    purpose = f"{name} = {value}: change the Deployment or the configuration of the cluster's DNS"
    return Manifest(BY_HAND, purpose, (), ())


def _corefile(settings: Settings) -> Manifest:
    text = _COREFILE.format(
        concurrent=int(settings.get("dns.forwardMax", _CONCURRENT)),
        ttl=int(settings.get("dns.cacheTtlSeconds", _TTL_SECONDS)),
        entries=int(settings.get("dns.cacheSize", _ENTRIES)),
    )
    document = {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": "coredns", "namespace": "kube-system"},
        "data": {"Corefile": text},
    }
    purpose = "forwards at a time and the cache of CoreDNS; for dnsmasq: --dns-forward-max and --cache-size"
    return Manifest("coredns.yaml", purpose, ("kubectl apply -f coredns.yaml",), (document,))


def _deployment(settings: Settings, deployment: str, server: str, containers: tuple[str, ...]) -> Manifest:
    limits: dict[str, str] = {}
    if "dns.memoryLimitBytes" in settings:
        limits["memory"] = f"{round(float(settings['dns.memoryLimitBytes']) / MIB)}Mi"
    if "dns.cpuLimitCores" in settings:
        limits["cpu"] = f"{round(1000 * float(settings['dns.cpuLimitCores']))}m"
    spec: dict[str, Any] = {}
    if "dns.replicas" in settings:
        spec["replicas"] = int(settings["dns.replicas"])
    if limits:
        limited = [{"name": name, "resources": {"limits": dict(limits)}} for name in containers]
        spec["template"] = {"spec": {"containers": limited}}
    file = f"{deployment}-deployment.yaml"
    command = f"kubectl -n kube-system patch deployment {deployment} --patch-file {file}"
    return Manifest(file, f"replicas and limits of {server}", (command,), ({"spec": spec},))
