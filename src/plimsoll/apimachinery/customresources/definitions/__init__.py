"""CustomResourceDefinitions: defaults, checks, and what becomes of the names they ask for."""

from plimsoll.apimachinery.customresources.definitions.acceptance import accepted, established
from plimsoll.apimachinery.customresources.definitions.checks import validate_definition, validate_definition_update
from plimsoll.apimachinery.customresources.definitions.preparation import (
    definition_with_defaults,
    prepare_definition_create,
    prepare_definition_update,
)

__all__ = [
    "accepted",
    "definition_with_defaults",
    "established",
    "prepare_definition_create",
    "prepare_definition_update",
    "validate_definition",
    "validate_definition_update",
]
