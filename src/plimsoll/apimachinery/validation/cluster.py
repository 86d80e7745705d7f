"""Checks of namespaces and nodes."""

from __future__ import annotations

from collections.abc import Iterable

from plimsoll.apimachinery.naming import dns_label, qualified_name
from plimsoll.apimachinery.validation.amounts import check_amount
from plimsoll.apimachinery.validation.fielderrors import Errors, duplicate, forbidden, invalid_value
from plimsoll.apimachinery.validation.labels import check_text
from plimsoll.apimachinery.validation.numbers import BAD_NETWORK, network_of
from plimsoll.apimachinery.validation.placement import check_taints
from plimsoll.apimachinery.validation.rules import Rules
from plimsoll.kube.resources import Object


def _check_namespace_status(new: Object, _old: Object) -> Errors:
    leaving = (new.get("metadata") or {}).get("deletionTimestamp")
    phase = (new.get("status") or {}).get("phase", "")
    if not leaving and phase != "Active":
        yield invalid_value("status.Phase", phase, "may only be 'Active' if `deletionTimestamp` is empty")
    elif leaving and phase != "Terminating":
        yield invalid_value("status.Phase", phase, "may only be 'Terminating' if `deletionTimestamp` is not empty")


def _check_new_namespace(namespace: Object) -> Errors:
    for finalizer in (namespace.get("spec") or {}).get("finalizers") or ():
        yield from _check_finalizer(finalizer, "spec.finalizers")


def _check_finalize(namespace: Object, _old: Object) -> Errors:
    for index, finalizer in enumerate((namespace.get("spec") or {}).get("finalizers") or ()):
        yield from _check_finalizer(finalizer, f"spec.finalizers[{index}]")


def _check_finalizer(finalizer: str, field: str) -> Errors:
    yield from check_text(qualified_name, finalizer, field)
    if "/" not in finalizer and finalizer not in {"kubernetes", "orphan", "foregroundDeletion"}:
        yield invalid_value(field, finalizer, "name is neither a standard finalizer name nor is it fully qualified")


def _check_node(node: Object) -> Errors:
    spec = node.get("spec") or {}
    # The message really says so: the taints' path is made from that of the metadata.
    yield from check_taints(spec.get("taints") or (), "metadata.taints")
    yield from _check_node_amounts(node)
    networks = spec.get("podCIDRs") or ()
    for index, value in enumerate(networks):
        if network_of(value) is None:
            yield invalid_value(f"spec.podCIDRs[{index}]", value, BAD_NETWORK)
    families = [parsed.version for parsed in map(network_of, networks) if parsed is not None]
    if len(families) != len(set(families)):
        yield invalid_value("spec.podCIDRs", list(networks), "may specify no more than one CIDR for each IP family")


def _check_node_amounts(node: Object) -> Errors:
    for part in ("capacity", "allocatable"):
        for name, amount in ((node.get("status") or {}).get(part) or {}).items():
            yield from check_amount(name, amount, f"status.{part}.{name}")


def _check_node_change(new: Object, old: Object) -> Errors:
    yield from _check_node_amounts(new)
    addresses = (new.get("status") or {}).get("addresses") or ()
    for index, address in enumerate(addresses):
        if address in addresses[:index]:
            yield duplicate(f"status.addresses[{index}]", {key.capitalize(): value for key, value in address.items()})
    spec, before = new.get("spec") or {}, old.get("spec") or {}
    if before.get("podCIDRs") and spec.get("podCIDRs") != before["podCIDRs"]:
        yield forbidden("spec.podCIDRs", 'node updates may not change podCIDR except from "" to valid')
    if before.get("providerID") and spec.get("providerID") != before["providerID"]:
        yield forbidden("spec.providerID", 'node updates may not change providerID except from "" to valid')
    yield from check_taints(spec.get("taints") or (), "metadata.taints")


RULES: Iterable[tuple[str, str, Rules]] = (
    (
        "",
        "namespaces",
        Rules(
            status=_check_namespace_status,
            name=dns_label,
            subresources={"finalize": _check_finalize},
            create=_check_new_namespace,
        ),
    ),
    ("", "nodes", Rules(_check_node, _check_node_change, _check_node_change, metadata_on_update=("change", "new"))),
)
