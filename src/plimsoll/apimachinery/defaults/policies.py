"""Defaults of networking, discovery, RBAC, scheduling, storage, autoscaling, flow control and admission."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterable
from typing import Any

from plimsoll.apimachinery.defaults.amounts import default_amounts
from plimsoll.kube.resources import Object

_RBAC = "rbac.authorization.k8s.io"
_ADMISSION = "admissionregistration.k8s.io"
_FLOW = "flowcontrol.apiserver.k8s.io"
_TARGET_PERCENT = 80  # of the requested CPU, where an autoscaler names no metric
_SCALE_UP: Object = {
    "stabilizationWindowSeconds": 0,
    "selectPolicy": "Max",
    "policies": [
        {"type": "Pods", "value": 4, "periodSeconds": 15},
        {"type": "Percent", "value": 100, "periodSeconds": 15},
    ],
}
_SCALE_DOWN: Object = {
    "selectPolicy": "Max",
    "policies": [{"type": "Percent", "value": 100, "periodSeconds": 15}],
}
_WEBHOOK: Object = {
    "failurePolicy": "Fail",
    "matchPolicy": "Equivalent",
    "namespaceSelector": {},
    "objectSelector": {},
    "timeoutSeconds": 10,
}
_MATCH: Object = {"matchPolicy": "Equivalent", "namespaceSelector": {}, "objectSelector": {}}
_DRIVER: Object = {
    "attachRequired": True,
    "podInfoOnMount": False,
    "storageCapacity": False,
    "fsGroupPolicy": "ReadWriteOnceWithFSType",
    "volumeLifecycleModes": ["Persistent"],
    "requiresRepublish": False,
    "seLinuxMount": False,
}


def _fill(target: Object, values: Object) -> None:
    """Set what is absent: these fields are pointers in the API's types, so that zero is a value."""
    for key, value in values.items():
        if target.get(key) is None:
            target[key] = copy.deepcopy(value)


def _default_network_policy(policy: Object) -> None:
    spec = policy.setdefault("spec", {})
    for direction in ("ingress", "egress"):
        for rule in spec.get(direction) or ():
            for port in rule.get("ports") or ():
                _fill(port, {"protocol": "TCP"})
    if not spec.get("policyTypes"):
        spec["policyTypes"] = ["Ingress", *(["Egress"] if spec.get("egress") else [])]


def _default_ingress_class(ingress_class: Object) -> None:
    parameters = (ingress_class.get("spec") or {}).get("parameters")
    if parameters is not None:
        _fill(parameters, {"scope": "Cluster"})


def _default_endpoint_slice(slice_: Object) -> None:
    for port in slice_.get("ports") or ():
        _fill(port, {"name": "", "protocol": "TCP"})


def _default_binding(binding: Object) -> None:
    reference = binding.setdefault("roleRef", {})
    reference["apiGroup"] = reference.get("apiGroup") or _RBAC
    for subject in binding.get("subjects") or ():
        if not subject.get("apiGroup") and subject.get("kind") in {"User", "Group"}:
            subject["apiGroup"] = _RBAC


def _default_priority_class(priority_class: Object) -> None:
    _fill(priority_class, {"preemptionPolicy": "PreemptLowerPriority"})


def _default_storage_class(storage_class: Object) -> None:
    _fill(storage_class, {"reclaimPolicy": "Delete", "volumeBindingMode": "Immediate"})


def _default_driver(driver: Object) -> None:
    spec = driver.setdefault("spec", {})
    spec["volumeLifecycleModes"] = spec.get("volumeLifecycleModes") or None
    _fill(spec, _DRIVER)


def _default_autoscaler(autoscaler: Object) -> None:
    spec = autoscaler.setdefault("spec", {})
    _fill(spec, {"minReplicas": 1})
    if str(autoscaler.get("apiVersion", "")).endswith("/v1"):
        _fill(spec, {"targetCPUUtilizationPercentage": _TARGET_PERCENT})
        return
    if not spec.get("metrics"):
        target = {"type": "Utilization", "averageUtilization": _TARGET_PERCENT}
        spec["metrics"] = [{"type": "Resource", "resource": {"name": "cpu", "target": target}}]
    behavior = spec.get("behavior")
    if behavior is not None:
        for key, rules in (("scaleUp", _SCALE_UP), ("scaleDown", _SCALE_DOWN)):
            behavior[key] = behavior.get(key) or {}
            _fill(behavior[key], rules)


def _default_flow_schema(schema: Object) -> None:
    spec = schema.setdefault("spec", {})
    spec["matchingPrecedence"] = spec.get("matchingPrecedence") or 1000


def _default_priority_level(level: Object) -> None:
    spec = level.setdefault("spec", {})
    if spec.get("exempt") is not None:
        _fill(spec["exempt"], {"nominalConcurrencyShares": 0, "lendablePercent": 0})
    limited = spec.get("limited")
    if limited is not None:
        _fill(limited, {"nominalConcurrencyShares": 30, "lendablePercent": 0})
        queuing = (limited.get("limitResponse") or {}).get("queuing")
        if queuing is not None:
            for key, value in (("queues", 64), ("handSize", 8), ("queueLengthLimit", 50)):
                queuing[key] = queuing.get(key) or value


def _default_webhooks(more: Object) -> Callable[[Object], None]:
    def fill(configuration: Object) -> None:
        for webhook in configuration.get("webhooks") or ():
            _fill(webhook, {**_WEBHOOK, **more})
            service = (webhook.get("clientConfig") or {}).get("service")
            if service is not None:
                _fill(service, {"port": 443})
            _default_rules(webhook.get("rules"))

    return fill


def _default_admission_policy(policy: Object) -> None:
    spec = policy.setdefault("spec", {})
    _fill(spec, {"failurePolicy": "Fail"})
    _default_match(spec.get("matchConstraints"))


def _default_admission_binding(binding: Object) -> None:
    _default_match((binding.get("spec") or {}).get("matchResources"))


def _default_match(match: Any) -> None:
    if match is not None:
        _fill(match, _MATCH)
        _default_rules(match.get("resourceRules"))
        _default_rules(match.get("excludeResourceRules"))


def _default_rules(rules: Any) -> None:
    for rule in rules or ():
        _fill(rule, {"scope": "*"})


def _default_runtime_class(runtime_class: Object) -> None:
    default_amounts((runtime_class.get("overhead") or {}).get("podFixed") or {})


def _default_service_account_token(request: Object) -> None:
    _fill(request.setdefault("spec", {}), {"expirationSeconds": 3600})


DEFAULTS: Iterable[tuple[str, str, Callable[[Object], None]]] = (
    ("networking.k8s.io", "networkpolicies", _default_network_policy),
    ("networking.k8s.io", "ingressclasses", _default_ingress_class),
    ("discovery.k8s.io", "endpointslices", _default_endpoint_slice),
    (_RBAC, "rolebindings", _default_binding),
    (_RBAC, "clusterrolebindings", _default_binding),
    ("scheduling.k8s.io", "priorityclasses", _default_priority_class),
    ("storage.k8s.io", "storageclasses", _default_storage_class),
    ("storage.k8s.io", "csidrivers", _default_driver),
    ("autoscaling", "horizontalpodautoscalers", _default_autoscaler),
    (_FLOW, "flowschemas", _default_flow_schema),
    (_FLOW, "prioritylevelconfigurations", _default_priority_level),
    (_ADMISSION, "validatingwebhookconfigurations", _default_webhooks({})),
    (_ADMISSION, "mutatingwebhookconfigurations", _default_webhooks({"reinvocationPolicy": "Never"})),
    (_ADMISSION, "validatingadmissionpolicies", _default_admission_policy),
    (_ADMISSION, "mutatingadmissionpolicies", _default_admission_policy),
    (_ADMISSION, "validatingadmissionpolicybindings", _default_admission_binding),
    (_ADMISSION, "mutatingadmissionpolicybindings", _default_admission_binding),
    ("node.k8s.io", "runtimeclasses", _default_runtime_class),
    ("authentication.k8s.io", "tokenrequests", _default_service_account_token),
)
