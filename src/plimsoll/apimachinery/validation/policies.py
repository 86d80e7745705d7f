"""Checks of budgets, leases, priority and runtime classes, and service accounts."""

from __future__ import annotations

from collections.abc import Iterable

from plimsoll.apimachinery.naming import dns_label
from plimsoll.apimachinery.validation.amounts import check_requirements
from plimsoll.apimachinery.validation.fielderrors import Errors, forbidden, invalid_value, not_supported, required
from plimsoll.apimachinery.validation.labels import check_labels, check_selector, check_text
from plimsoll.apimachinery.validation.metadata import check_immutable
from plimsoll.apimachinery.validation.numbers import (
    check_count_or_share,
    check_one_of,
    check_positive,
    check_share,
)
from plimsoll.apimachinery.validation.placement import check_tolerations
from plimsoll.apimachinery.validation.podspec import check_template
from plimsoll.apimachinery.validation.rules import Rules
from plimsoll.apimachinery.validation.templates import MISMATCH, check_counts
from plimsoll.kube.resources import Object

_HIGHEST_PRIORITY = 1_000_000_000  # that users may define
_SYSTEM_CLASSES = {"system-node-critical": 2_000_001_000, "system-cluster-critical": 2_000_000_000}


def _check_budget(budget: Object) -> Errors:
    spec = budget.get("spec") or {}
    least, most = spec.get("minAvailable"), spec.get("maxUnavailable")
    if least is not None and most is not None:
        shown = {
            "MinAvailable": least,
            "Selector": spec.get("selector"),
            "MaxUnavailable": most,
            "UnhealthyPodEvictionPolicy": spec.get("unhealthyPodEvictionPolicy"),
        }
        yield invalid_value("spec", shown, "minAvailable and maxUnavailable cannot be both set")
    for key, value in (("minAvailable", least), ("maxUnavailable", most)):
        yield from check_count_or_share(value, f"spec.{key}")
        yield from check_share(value, f"spec.{key}")
    yield from check_selector(spec.get("selector"), "spec.selector")
    policy = spec.get("unhealthyPodEvictionPolicy")
    if policy is not None and policy not in {"AlwaysAllow", "IfHealthyBudget"}:
        yield not_supported("spec.unhealthyPodEvictionPolicy", policy, ("AlwaysAllow", "IfHealthyBudget"))


def _check_budget_status(new: Object, _old: Object) -> Errors:
    status = new.get("status") or {}
    yield from check_counts(status, "status", "disruptionsAllowed", "currentHealthy", "desiredHealthy", "expectedPods")


def _check_lease(lease: Object) -> Errors:
    spec = lease.get("spec") or {}
    yield from check_positive(spec.get("leaseDurationSeconds"), "spec.leaseDurationSeconds")
    yield from check_counts(spec, "spec", "leaseTransitions")
    if spec.get("preferredHolder") and not spec.get("strategy"):
        yield forbidden("spec.preferredHolder", "may only be specified if `strategy` is defined")


def _check_priority_class(priority_class: Object) -> Errors:
    name, value = (priority_class.get("metadata") or {}).get("name", ""), priority_class.get("value", 0)
    if name.startswith("system-"):
        if _SYSTEM_CLASSES.get(name) != value or priority_class.get("globalDefault"):
            problem = f"{name} is not a known system priority class"
            if name in _SYSTEM_CLASSES:
                problem = f"value of {name} PriorityClass must be {_SYSTEM_CLASSES[name]}"
            detail = "priority class names with 'system-' prefix are reserved for system use only. error: "
            yield forbidden("metadata.name", detail + problem)
    elif value > _HIGHEST_PRIORITY:
        detail = f"maximum allowed value of a user defined priority is {_HIGHEST_PRIORITY}"
        yield forbidden("value", detail)
    policy = priority_class.get("preemptionPolicy")
    yield from check_one_of(policy, ("PreemptLowerPriority", "Never"), "preemptionPolicy", optional=policy is None)


def _check_priority_class_change(new: Object, old: Object) -> Errors:
    if new.get("value", 0) != old.get("value", 0):
        yield forbidden("value", "may not be changed in an update.")
    yield from check_immutable(new.get("preemptionPolicy"), old.get("preemptionPolicy"), "preemptionPolicy")


def _check_runtime_class(runtime_class: Object) -> Errors:
    handler = runtime_class.get("handler", "")
    yield from check_text(dns_label, handler, "handler") if handler else [required("handler")]
    fixed = (runtime_class.get("overhead") or {}).get("podFixed")
    if fixed:
        yield from check_requirements({"limits": fixed}, set(), "overhead")
    scheduling = runtime_class.get("scheduling") or {}
    yield from check_labels(scheduling.get("nodeSelector"), "scheduling.nodeSelector")
    yield from check_tolerations(scheduling.get("tolerations") or (), "scheduling.tolerations")


def _check_runtime_class_change(new: Object, old: Object) -> Errors:
    yield from check_immutable(new.get("handler"), old.get("handler"), "handler")


def _check_replication_controller(controller: Object) -> Errors:
    spec = controller.get("spec") or {}
    yield from check_counts(spec, "spec", "minReadySeconds")
    selector, template = spec.get("selector") or {}, spec.get("template")
    if not selector:
        yield required("spec.selector")
    yield from check_counts(spec, "spec", "replicas")
    if template is None:
        yield required("spec.template")
        return
    labels = (template.get("metadata") or {}).get("labels") or {}
    if selector and not selector.items() <= labels.items():
        yield invalid_value("spec.template.metadata.labels", labels, MISMATCH)
    yield from check_template(template, "spec.template")
    policy = (template.get("spec") or {}).get("restartPolicy", "")
    if policy != "Always":
        yield not_supported("spec.template.spec.restartPolicy", policy, ("Always",))


def _check_pod_template(template: Object) -> Errors:
    yield from check_template(template.get("template") or {}, "template")


RULES: Iterable[tuple[str, str, Rules]] = (
    ("policy", "poddisruptionbudgets", Rules(_check_budget, status=_check_budget_status, checks_metadata=False)),
    ("coordination.k8s.io", "leases", Rules(_check_lease)),
    (
        "scheduling.k8s.io",
        "priorityclasses",
        Rules(_check_priority_class, _check_priority_class_change, body_on_update=False),
    ),
    (
        "node.k8s.io",
        "runtimeclasses",
        Rules(_check_runtime_class, _check_runtime_class_change, body_on_update=False),
    ),
    ("", "replicationcontrollers", Rules(_check_replication_controller)),
    ("", "podtemplates", Rules(_check_pod_template)),
    ("", "serviceaccounts", Rules(metadata_on_update=("change", "new"))),
)
