"""What the API serves: its resources with their verbs and names, and the documents in which it says so.

Belongs here: the table of built-in resources, the rows that CustomResourceDefinitions add, discovery and OpenAPI
documents. Does not belong here: what a verb does (:mod:`plimsoll.registry`), which fields a kind has
(:mod:`plimsoll.apimachinery.schema`).
"""

from plimsoll.apimachinery.kinds.apiresource import APIResource, Subresource
from plimsoll.apimachinery.kinds.catalogue import BUILT_IN, Catalogue

__all__ = ["BUILT_IN", "APIResource", "Catalogue", "Subresource"]
