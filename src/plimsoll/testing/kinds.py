"""Kinds as people type them: ``pod``, ``pods``, ``po``, ``Pod``, ``deployments.apps``, ``widgets.v1.example.com``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plimsoll.errors import Complaint, InputError, Place

if TYPE_CHECKING:
    from plimsoll.apimachinery.kinds import APIResource, Catalogue


def find_kind(catalogue: Catalogue, text: str) -> APIResource:
    """The resource that a text means, the first in the order of discovery as kubectl has it; ``InputError`` if none."""
    name, _, group = text.lower().partition(".")
    for row in catalogue.rows:
        resource = row.resource
        names = {resource.plural, row.singular, resource.kind.lower(), *row.short_names}
        if name in names and group in {"", resource.group, f"{resource.version}.{resource.group}"}:
            return row
    remedy = "Name a kind, a plural or a short name; a custom one once its definition is established"
    raise InputError(Complaint(Place(repr(text)), "is no kind that this cluster serves", remedy))
