"""The plug-ins that kube-apiserver has on by default, in its order (pkg/kubeapiserver/options/plugins.go)."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from plimsoll.kube.resources import (
    CUSTOMRESOURCEDEFINITIONS,
    INGRESSCLASSES,
    LIMITRANGES,
    NAMESPACES,
    PRIORITYCLASSES,
    RESOURCEQUOTAS,
    RUNTIMECLASSES,
    SERVICEACCOUNTS,
    STORAGECLASSES,
)
from plimsoll.registry.admission.chain import AdmissionChain
from plimsoll.registry.admission.definitions import TerminatingDefinitions
from plimsoll.registry.admission.escalation import RoleEscalation
from plimsoll.registry.admission.lifecycle import NamespaceLifecycle
from plimsoll.registry.admission.limits import LimitRanger
from plimsoll.registry.admission.priority import Priority
from plimsoll.registry.admission.quotas import Quotas
from plimsoll.registry.admission.runtimeclasses import RuntimeClasses
from plimsoll.registry.admission.serviceaccounts import ServiceAccounts
from plimsoll.registry.admission.storage import (
    ClaimResize,
    DefaultIngressClass,
    DefaultStorageClass,
    ObjectInUseProtection,
)
from plimsoll.registry.admission.tolerations import DefaultTolerations, NodeTaints
from plimsoll.registry.authorization.authorizer import Authorizer

if TYPE_CHECKING:
    from plimsoll.simcluster.store import Store


def default_plugins(store: Store, make_suffix: Callable[[], str]) -> AdmissionChain:
    """The chain over a store; ``make_suffix`` ends the names that admission makes up."""
    limits = LimitRanger(store.collection(LIMITRANGES))
    priority = Priority(store.collection(PRIORITYCLASSES))
    storage_classes = store.collection(STORAGECLASSES)
    lifecycle = NamespaceLifecycle(store.collection(NAMESPACES))
    quotas = Quotas(store.collection(RESOURCEQUOTAS))
    mutating = (
        lifecycle,
        TerminatingDefinitions(store.collection(CUSTOMRESOURCEDEFINITIONS)),
        limits,
        ServiceAccounts(store.collection(SERVICEACCOUNTS), make_suffix),
        NodeTaints(),
        priority,
        DefaultTolerations(),
        DefaultStorageClass(storage_classes),
        ObjectInUseProtection(),
        RuntimeClasses(store.collection(RUNTIMECLASSES)),
        DefaultIngressClass(store.collection(INGRESSCLASSES)),
        RoleEscalation(Authorizer(store)),
    )
    validating = (limits, priority, ClaimResize(storage_classes), quotas)
    return AdmissionChain(mutating, validating, lifecycle, quotas)
