"""What others need to verify tokens of service accounts: OpenID discovery and the public keys (RFC 8414, RFC 7517)."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import orjson

from plimsoll.registry.authentication.serviceaccounts import ISSUER
from plimsoll.registry.authentication.signing import ALGORITHM
from plimsoll.serve.responses import Response

if TYPE_CHECKING:
    from plimsoll.registry.authentication.signing import TokenSigner
    from plimsoll.serve.exchange import Exchange

KEYS_PATH = "/openid/v1/jwks"
KEY_SET_TYPE = b"application/jwk-set+json"


def key_set_page(signer: TokenSigner) -> Callable[[Exchange], Response]:
    """The page with the public keys."""
    body = orjson.dumps(signer.key_set())
    return lambda _: Response(200, body, KEY_SET_TYPE)


def configuration_page(address: str) -> Callable[[Exchange], Response]:
    """The page that says where the keys are."""
    document = {
        "issuer": ISSUER,
        "jwks_uri": f"https://{address}{KEYS_PATH}",
        "response_types_supported": ["id_token"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": [ALGORITHM],
    }
    body = orjson.dumps(document)
    return lambda _: Response(200, body)
