from __future__ import annotations

from base64 import urlsafe_b64decode

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from plimsoll.registry.authentication.signing import TokenSigner

SIGNER = TokenSigner()


@given(st.dictionaries(st.text(max_size=5), st.integers(0, 9) | st.text(max_size=5), max_size=3))
def test_claims_come_back_as_they_were_signed(claims: dict[str, int | str]) -> None:
    assert SIGNER.read(SIGNER.sign(claims)) == claims


@given(st.text(max_size=40))
def test_what_was_not_signed_has_no_claims(text: str) -> None:
    assert SIGNER.read(text) is None


def test_a_token_of_another_key_has_no_claims() -> None:
    assert SIGNER.read(TokenSigner().sign({"sub": "x"})) is None


@pytest.mark.parametrize("part", [0, 1, 2])
def test_no_part_of_a_token_can_be_exchanged(part: int) -> None:
    mine, other = (SIGNER.sign({"sub": name}).split(".") for name in ("mine", "other"))
    other[0] = TokenSigner().sign({}).split(".")[0]
    mine[part] = other[part]
    assert SIGNER.read(".".join(mine)) is None


def test_the_key_set_names_the_key_of_the_tokens() -> None:
    head = SIGNER.sign({}).split(".")[0]
    kid = orjson.loads(urlsafe_b64decode(head + "=" * (-len(head) % 4)))["kid"]
    assert [key["kid"] for key in SIGNER.key_set()["keys"]] == [kid]
