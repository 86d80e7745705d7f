"""What many objects share is encoded once, and none is encoded wrongly."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from plimsoll.cluster.http.encoding import Encoder

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=8,
)
OBJECTS = st.fixed_dictionaries(
    {"kind": st.text(), "metadata": st.dictionaries(st.text(), VALUES), "spec": st.dictionaries(st.text(), VALUES)}
)


@given(st.lists(OBJECTS, max_size=5))
def test_an_object_is_encoded_as_any_encoder_would(bodies: list[dict[str, object]]) -> None:
    encoder = Encoder()
    for body in [*bodies, *bodies]:
        assert json.loads(encoder.encode(body)) == body


def test_parts_that_are_not_shared_do_not_pile_up() -> None:
    encoder = Encoder()
    for number in range(3000):
        assert json.loads(encoder.encode({"spec": {"number": number}})) == {"spec": {"number": number}}
    assert len(encoder._fragments) <= 1024
