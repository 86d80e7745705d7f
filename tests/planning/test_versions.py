from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plimsoll.errors import InputError
from plimsoll.planning.versions import History, KubernetesVersion, parse_version


@pytest.mark.parametrize(("text", "minor"), [("1.36", 36), ("v1.36.2", 36), ("1.16", 16), (" 1.13 ", 13)])
def test_a_kubernetes_version_is_read_with_or_without_its_ornaments(text: str, minor: int) -> None:
    assert parse_version(text, openshift=False) == KubernetesVersion(minor)


@pytest.mark.parametrize(("text", "minor"), [("4.1", 13), ("4.2", 14), ("4.3", 16), ("4.16", 29), ("1.16", 16)])
def test_openshift_may_be_named_by_its_own_version(text: str, minor: int) -> None:
    assert parse_version(text, openshift=True) == KubernetesVersion(minor)


@pytest.mark.parametrize("text", ["", "latest", "1", "1.x", "1.2.3.4", "2.0", "1.12", "0.36", "1.-3"])
def test_what_is_no_version_or_too_old_a_one_is_refused_by_flag(text: str) -> None:
    with pytest.raises(InputError, match="--kubernetes-version"):
        parse_version(text, openshift=True)


def test_openshifts_own_version_is_refused_elsewhere() -> None:
    with pytest.raises(InputError, match=r"version 4\.3"):
        parse_version("4.3", openshift=False)


@given(st.text())
def test_any_text_is_read_or_refused(text: str) -> None:
    with suppress(InputError):
        parse_version(text, openshift=True)


def test_a_history_gives_the_last_value_that_began() -> None:
    history = History((13, "old"), (27, "new"))
    values = [history.at(KubernetesVersion(minor)) for minor in (12, 13, 26, 27, 99)]
    assert values == ["old", "old", "old", "new", "new"]
