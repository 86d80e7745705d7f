"""Bodies that are of another kind than their resource's objects."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from plimsoll.apimachinery.decoding import Decoder, ObjectKind, checked_fields
from plimsoll.apimachinery.schema import schema_of_kind
from plimsoll.registry.options import write_options
from plimsoll.registry.requests import Payload
from plimsoll.registry.strategies.copying import private_copy

if TYPE_CHECKING:
    from plimsoll.kube.resources import Object
    from plimsoll.registry.options import WriteOptions
    from plimsoll.registry.requests import Request

BINDING = ObjectKind("", "v1", "Binding")
EVICTION = ObjectKind("policy", "v1", "Eviction")
EVICTION_V1BETA1 = ObjectKind("policy", "v1beta1", "Eviction")
"""Not served any more, and still read: kubectl before 1.22 evicts by it."""

SCALE = ObjectKind("autoscaling", "v1", "Scale")
TOKEN_REQUEST = ObjectKind("authentication.k8s.io", "v1", "TokenRequest")


@cache
def decoder_of(kind: ObjectKind) -> Decoder:
    """The decoder of a kind; made once."""
    described = EVICTION if kind == EVICTION_V1BETA1 else kind
    return Decoder(kind, schema_of_kind(described.group, described.version, described.kind))


def read_body(request: Request, kind: ObjectKind) -> tuple[Object, WriteOptions, list[str]]:
    """The body as an object of a kind, private to the request; the request's options, and warnings."""
    options = write_options(request.verb, request.options, request.patch_type)
    body = request.body
    decoder = decoder_of(kind)
    decoded = decoder.decode(body.content, body.media_type) if isinstance(body, Payload) else decoder.decode_value(body)
    warnings = list(checked_fields(decoded, options.field_validation, kind))
    value: Object = private_copy(decoded.object)
    value.setdefault("metadata", {})
    return value, options, warnings


SUCCESS: Object = {"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Success", "code": 201}
"""The answer to a binding or an eviction that was carried out."""
