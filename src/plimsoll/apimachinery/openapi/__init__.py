"""The OpenAPI documents of a server: what kubectl validates, explains and completes by, and what clients generate from.

Belongs here: documents of version 3 by group and version, one of version 2 for clients before Kubernetes 1.27, and its
protobuf form. Where types come from is :mod:`plimsoll.apimachinery.schema`; what is served is
:mod:`plimsoll.apimachinery.kinds`. Documents hold our own short descriptions, and say of most fields only their type.
"""

from plimsoll.apimachinery.openapi.documents import OpenAPIDocuments
from plimsoll.apimachinery.openapi.protobuf import encode_swagger

__all__ = ["OpenAPIDocuments", "encode_swagger"]
