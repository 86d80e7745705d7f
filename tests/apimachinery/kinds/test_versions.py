from hypothesis import given
from hypothesis import strategies as st

from plimsoll.apimachinery.kinds.versions import preference


def test_stable_versions_come_first_then_beta_then_alpha_then_others():
    ordered = ["v10", "v2", "v1", "v11beta2", "v10beta3", "v3beta1", "v12alpha1", "v11alpha2", "foo1", "foo10"]
    assert sorted(reversed(ordered), key=preference) == ordered


@given(st.lists(st.from_regex(r"v[1-9](alpha[1-9]|beta[1-9])?|[a-z]{1,3}", fullmatch=True), unique=True))
def test_the_order_is_the_same_whatever_order_versions_come_in(versions):
    assert sorted(versions, key=preference) == sorted(reversed(versions), key=preference)
