"""ResourceQuota: nothing beyond what a namespace may hold (apiserver, admission/plugin/resourcequota/controller.go).

What was admitted is counted at once in the quota's status, as the real plug-in does; the quota controller counts anew
now and then, and when objects go.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from plimsoll.apimachinery.quota.amounts import add, exact, shown, surplus
from plimsoll.apimachinery.quota.podusage import is_terminating, unrequested
from plimsoll.apimachinery.quota.usage import UNCOUNTED, UNCOUNTED_GROUPS, concerns, counted_names, usage_of
from plimsoll.registry.refusals import forbidden

if TYPE_CHECKING:
    from plimsoll.apimachinery.quota.amounts import Amounts
    from plimsoll.kube.resources import Object, Resource
    from plimsoll.registry.attributes import Attributes
    from plimsoll.simcluster.store import Collection


class Quotas:
    """Checks the quotas of a namespace, and charges them."""

    def __init__(self, quotas: Collection) -> None:
        self._quotas = quotas

    def validate(self, attributes: Attributes) -> None:
        """403 where a write would take more than is left, or does not say what it takes."""
        if not attributes.namespace or not _is_counted(attributes) or not self._quotas.holds(attributes.namespace):
            return
        charges = []
        for quota in self._quotas.in_namespace(attributes.namespace):
            used = self._check(attributes, quota)
            if used is not None:
                charges.append((quota, used))
        if attributes.dry_run:
            return
        for quota, used in charges:
            self._quotas.replace(quota, status={**quota["status"], "used": used})

    def _check(self, attributes: Attributes, quota: Object) -> Amounts | None:
        """What a quota's use would be; None where the write does not change it."""
        resource, value = attributes.resource, attributes.object
        if not concerns(quota, resource, value):
            return None
        status = quota["status"]
        name, hard, used = quota["metadata"]["name"], status["hard"], status.get("used") or {}
        counted = counted_names(resource, hard)
        if _is_pod(resource):
            missing = unrequested(value, counted)
            if missing:
                raise _refusal(attributes, f"failed quota: {name}: {missing}")
        unknown = [key for key in counted if key not in used]
        if unknown:
            raise _refusal(attributes, f"status unknown for quota: {name}, resources: {','.join(sorted(counted))}")
        wanted = usage_of(resource, value)
        if attributes.old is not None and concerns(quota, resource, attributes.old):
            wanted = surplus(wanted, usage_of(resource, attributes.old))
        wanted = {key: amount for key, amount in wanted.items() if key in hard and exact(amount)}
        if not wanted:
            return None
        total = add(used, wanted)
        exceeded = [key for key in wanted if exact(total[key]) > exact(hard[key])]
        if exceeded:
            parts = [shown({key: side[key] for key in exceeded}) for side in (wanted, used, hard)]
            text = f"exceeded quota: {name}, requested: {parts[0]}, used: {parts[1]}, limited: {parts[2]}"
            raise _refusal(attributes, text)
        return total


def _refusal(attributes: Attributes, text: str) -> Exception:
    return forbidden(attributes.resource, attributes.object["metadata"].get("name", "") or attributes.name, text)


def _is_pod(resource: Resource) -> bool:
    return resource.plural == "pods" and not resource.group


def _is_counted(attributes: Attributes) -> bool:
    """Whether a write may change what is used."""
    resource = attributes.resource
    if attributes.subresource or resource.plural in UNCOUNTED or resource.group in UNCOUNTED_GROUPS:
        return False
    if attributes.operation == "CREATE":
        return True
    if attributes.operation != "UPDATE" or resource.group or attributes.old is None:
        return False
    if resource.plural == "pods":
        return is_terminating(attributes.old) != is_terminating(attributes.object)
    return resource.plural in {"services", "persistentvolumeclaims"}
