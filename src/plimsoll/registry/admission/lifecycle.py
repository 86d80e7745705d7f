"""NamespaceLifecycle: nothing new in namespaces that are not there or are going (plugin/namespace/lifecycle)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plimsoll.errors import ApiError
from plimsoll.kube.resources import NAMESPACES
from plimsoll.registry.refusals import details_of, forbidden, not_found, qualified

if TYPE_CHECKING:
    from plimsoll.registry.attributes import Attributes
    from plimsoll.simcluster.store import Collection

IMMORTAL = frozenset({"default", "kube-system", "kube-public"})
"""Namespaces that cannot be deleted."""


class NamespaceLifecycle:
    """Checks the namespace that an object is to live in."""

    def __init__(self, namespaces: Collection) -> None:
        self._namespaces = namespaces

    def admit(self, attributes: Attributes) -> None:
        """404 where the namespace does not exist, 403 for a new object where it is being deleted."""
        if attributes.resource.group == "" and attributes.resource.plural == NAMESPACES.plural:
            if attributes.operation == "DELETE" and attributes.name in IMMORTAL:
                raise forbidden(NAMESPACES, attributes.name, "this namespace may not be deleted")
            return
        namespace = attributes.namespace
        if (
            not namespace
            or attributes.operation == "DELETE"
            or attributes.resource.plural == "localsubjectaccessreviews"
        ):
            return
        found = self._namespaces.find("", namespace)
        if found is None:
            raise not_found(NAMESPACES, namespace)
        if attributes.operation == "CREATE" and found.get("status", {}).get("phase") == "Terminating":
            raise terminating(attributes, namespace)


def terminating(attributes: Attributes, namespace: str) -> ApiError:
    """403 with the cause that tells controllers to stop trying."""
    resource, name = attributes.resource, attributes.object["metadata"].get("name", "") or attributes.name
    subject = f'{qualified(resource)} "{name}"' if name else qualified(resource)
    message = (
        f"{subject} is forbidden: unable to create new content in namespace {namespace} because it is being terminated"
    )
    cause = {
        "reason": "NamespaceTerminating",
        "message": f"namespace {namespace} is being terminated",
        "field": "metadata.namespace",
    }
    details = {**details_of(resource, name), "causes": [cause]}
    return ApiError(403, "Forbidden", message, details=details)
