from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from plimsoll.apimachinery.kinds.versions import preference

ORDERED = ["v10", "v2", "v1", "v11beta2", "v10beta3", "v3beta1", "v12alpha1", "v11alpha2", "foo1", "foo10"]


@given(st.permutations(ORDERED))
def test_stable_versions_come_first_then_beta_then_alpha_then_others(versions: list[str]) -> None:
    assert sorted(versions, key=preference) == ORDERED
