"""Bodies in Kubernetes' protobuf encoding, which typed Go clients write; answers are never encoded so.

The numbers and types of fields are data: those of the built-in kinds of Kubernetes 1.36, extracted from ``k8s.io/api`` and
its like (``generated.proto``), under the names that the fields have in JSON.
"""

from plimsoll.apimachinery.protobuf.decoding import decode_object

__all__ = ["decode_object"]
