"""Resources of core ``v1``, in the order of the server's discovery.

Facts from ``api/discovery/api__v1.json`` of Kubernetes 1.36.
"""

from __future__ import annotations

from plimsoll.apimachinery.kinds.apiresource import ALL, CREATE_ONLY, PROXY, SCALE, STATUS, APIResource, Subresource
from plimsoll.kube.resources import (
    BINDINGS,
    COMPONENTSTATUSES,
    CONFIGMAPS,
    ENDPOINTS,
    EVENTS,
    LIMITRANGES,
    NAMESPACES,
    NODES,
    PERSISTENTVOLUMECLAIMS,
    PERSISTENTVOLUMES,
    PODS,
    PODTEMPLATES,
    REPLICATIONCONTROLLERS,
    RESOURCEQUOTAS,
    SECRETS,
    SERVICEACCOUNTS,
    SERVICES,
)

CORE: tuple[APIResource, ...] = (
    APIResource(BINDINGS, verbs=CREATE_ONLY),
    APIResource(COMPONENTSTATUSES, verbs=("get", "list"), short_names=("cs",)),
    APIResource(CONFIGMAPS, short_names=("cm",)),
    APIResource(ENDPOINTS, short_names=("ep",)),
    APIResource(EVENTS, short_names=("ev",)),
    APIResource(LIMITRANGES, short_names=("limits",)),
    APIResource(
        NAMESPACES,
        verbs=("create", "delete", "get", "list", "patch", "update", "watch"),
        short_names=("ns",),
        subresources=(Subresource("finalize", ("update",)), STATUS),
    ),
    APIResource(NODES, short_names=("no",), subresources=(Subresource("proxy", PROXY, "NodeProxyOptions"), STATUS)),
    APIResource(PERSISTENTVOLUMECLAIMS, short_names=("pvc",), subresources=(STATUS,)),
    APIResource(PERSISTENTVOLUMES, short_names=("pv",), subresources=(STATUS,)),
    APIResource(
        PODS,
        short_names=("po",),
        categories=ALL,
        subresources=(
            Subresource("attach", ("create", "get"), "PodAttachOptions"),
            Subresource("binding", CREATE_ONLY, "Binding"),
            Subresource("ephemeralcontainers"),
            Subresource("eviction", CREATE_ONLY, "Eviction", "policy", "v1"),
            Subresource("exec", ("create", "get"), "PodExecOptions"),
            Subresource("log", ("get",)),
            Subresource("portforward", ("create", "get"), "PodPortForwardOptions"),
            Subresource("proxy", PROXY, "PodProxyOptions"),
            Subresource("resize"),
            STATUS,
        ),
    ),
    APIResource(PODTEMPLATES),
    APIResource(REPLICATIONCONTROLLERS, short_names=("rc",), categories=ALL, subresources=(SCALE, STATUS)),
    APIResource(RESOURCEQUOTAS, short_names=("quota",), subresources=(STATUS,)),
    APIResource(SECRETS),
    APIResource(
        SERVICEACCOUNTS,
        short_names=("sa",),
        subresources=(Subresource("token", CREATE_ONLY, "TokenRequest", "authentication.k8s.io", "v1"),),
    ),
    APIResource(
        SERVICES,
        short_names=("svc",),
        categories=ALL,
        subresources=(Subresource("proxy", PROXY, "ServiceProxyOptions"), STATUS),
    ),
)
