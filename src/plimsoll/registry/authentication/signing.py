"""Signed tokens: JSON Web Tokens (RFC 7519) under ES256, with the key that made them."""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from hashlib import sha256
from typing import Any

import orjson
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ec import (
    ECDSA,
    SECP256R1,
    EllipticCurvePrivateKey,
    generate_private_key,
)
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

ALGORITHM = "ES256"
COORDINATE_BYTES = 32
"""Half of a signature, and of a public key, on this curve."""

Claims = dict[str, Any]


class TokenSigner:
    """Signs claims and reads them back; with a key of its own unless one is given."""

    def __init__(self, key: EllipticCurvePrivateKey | None = None) -> None:
        self._key = key or generate_private_key(SECP256R1())
        public = self._key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        self.key_id = _encode(sha256(public).digest()).decode()
        self._head = _encode(orjson.dumps({"alg": ALGORITHM, "kid": self.key_id}))

    def sign(self, claims: Claims) -> str:
        """A token that carries these claims."""
        content = self._head + b"." + _encode(orjson.dumps(claims))
        r, s = decode_dss_signature(self._key.sign(content, ECDSA(SHA256())))
        signature = r.to_bytes(COORDINATE_BYTES, "big") + s.to_bytes(COORDINATE_BYTES, "big")
        return (content + b"." + _encode(signature)).decode()

    def read(self, token: str) -> Claims | None:
        """The claims of a token; None where this key did not sign it."""
        try:
            content, _, signature = token.encode("ascii").rpartition(b".")
            head, _, payload = content.partition(b".")
            if head != self._head:
                return None
            raw = _decode(signature)
            r, s = (int.from_bytes(half, "big") for half in (raw[:COORDINATE_BYTES], raw[COORDINATE_BYTES:]))
            self._key.public_key().verify(encode_dss_signature(r, s), content, ECDSA(SHA256()))
            claims = orjson.loads(_decode(payload))
        except (ValueError, InvalidSignature):
            return None
        return claims if isinstance(claims, dict) else None

    def key_set(self) -> dict[str, Any]:
        """The public key as a JSON Web Key Set (RFC 7517)."""
        numbers = self._key.public_key().public_numbers()
        x, y = (_encode(part.to_bytes(COORDINATE_BYTES, "big")).decode() for part in (numbers.x, numbers.y))
        key = {"use": "sig", "kty": "EC", "kid": self.key_id, "crv": "P-256", "alg": ALGORITHM, "x": x, "y": y}
        return {"keys": [key]}


def _encode(content: bytes) -> bytes:
    return urlsafe_b64encode(content).rstrip(b"=")


def _decode(text: bytes) -> bytes:
    return urlsafe_b64decode(text + b"=" * (-len(text) % 4))
