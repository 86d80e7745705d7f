"""Roles and bindings give nobody more than their writer has (registry/rbac/*/policybased, which wraps the storage)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plimsoll.registry.authorization.escalation import check_escalation
from plimsoll.registry.authorization.resolving import GROUP

if TYPE_CHECKING:
    from plimsoll.registry.attributes import Attributes
    from plimsoll.registry.authorization.authorizer import Authorizer


class RoleEscalation:
    """Checks what is written to roles and bindings."""

    def __init__(self, authorizer: Authorizer) -> None:
        self._authorizer = authorizer

    def admit(self, attributes: Attributes) -> None:
        """Refuse a write that grants what its user lacks."""
        resource = attributes.resource
        if resource.group == GROUP and attributes.operation in {"CREATE", "UPDATE"}:
            check_escalation(self._authorizer, attributes.user, resource, attributes.object, attributes.old)
