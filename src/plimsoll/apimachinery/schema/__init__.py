"""What the API's types look like: fields, lists, maps, and how patches and applies merge them.

Belongs here: the schema tree (:class:`Schema`), where it comes from (facts about Kubernetes 1.36's built-in types, the
OpenAPI schemas of CustomResourceDefinitions), and nothing that reads or changes objects by it: that is for decoding,
patching, apply and customresources.
"""

from plimsoll.apimachinery.schema.builtin import schema_of, schema_of_kind, schema_of_type
from plimsoll.apimachinery.schema.model import ABSENT, Schema, SchemaType
from plimsoll.apimachinery.schema.openapi import from_openapi

__all__ = ["ABSENT", "Schema", "SchemaType", "from_openapi", "schema_of", "schema_of_kind", "schema_of_type"]
