"""From the bodies of requests to objects as the server reads them back, and the reasons to refuse a body.

Belongs here: JSON and YAML, field types, canonical forms, dropped and filled zero values, unknown and repeated fields.
Does not belong here: defaults, and whether values are allowed (:mod:`plimsoll.apimachinery.validation`): a decoded
object is well-formed, not valid.
"""

from plimsoll.apimachinery.decoding.canonicalquantities import canonical
from plimsoll.apimachinery.decoding.decoder import Decoded, Decoder
from plimsoll.apimachinery.decoding.expectations import ObjectKind, cannot_handle
from plimsoll.apimachinery.decoding.fieldvalidation import (
    FieldValidation,
    checked_fields,
    field_validation,
    strict_problem,
)
from plimsoll.apimachinery.decoding.sharing import Interner

__all__ = [
    "Decoded",
    "Decoder",
    "FieldValidation",
    "Interner",
    "ObjectKind",
    "cannot_handle",
    "canonical",
    "checked_fields",
    "field_validation",
    "strict_problem",
]
