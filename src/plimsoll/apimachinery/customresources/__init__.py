"""Custom resources: what the API server does with definitions, and with the objects that they allow.

Here belong checks of CustomResourceDefinitions and the acceptance of their names; pruning, defaults and validation of
custom resources with the rules of the Common Expression Language; printer columns, scales, selectable fields. All of it
works on single objects. Storing them, and telling the API's users which resources there are, does not belong here.
"""

from plimsoll.apimachinery.customresources.columns import cell, column_definition
from plimsoll.apimachinery.customresources.definitions import (
    accepted,
    definition_with_defaults,
    established,
    prepare_definition_create,
    prepare_definition_update,
    validate_definition,
    validate_definition_update,
)
from plimsoll.apimachinery.customresources.kind import CustomKind
from plimsoll.apimachinery.customresources.scale import ScalePaths, scale_of, with_replicas

__all__ = [
    "CustomKind",
    "ScalePaths",
    "accepted",
    "cell",
    "column_definition",
    "definition_with_defaults",
    "established",
    "prepare_definition_create",
    "prepare_definition_update",
    "scale_of",
    "validate_definition",
    "validate_definition_update",
    "with_replicas",
]
