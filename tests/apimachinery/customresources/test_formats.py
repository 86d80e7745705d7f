from __future__ import annotations

import pytest

from plimsoll.apimachinery.customresources.formats import duration_nanoseconds, has_format


@pytest.mark.parametrize(
    ("name", "right", "wrong"),
    [
        ("date-time", "2024-01-01T00:00:00Z", "2024-13-01T00:00:00Z"),
        ("date-time", "2024-01-01T00:00:00.5+01:00", "yesterday"),
        ("date", "2024-02-29", "2023-02-29"),
        ("date", "2024-12-31", "2024-02-30"),
        ("duration", "1h30m", "x"),
        ("duration", "5 minutes", "5 fortnights"),
        ("byte", "AA==", "%%"),
        ("ipv4", "10.0.0.1", "1.2.3"),
        ("ipv6", "::1", "10.0.0.1"),
        ("cidr", "10.0.0.0/8", "10.0.0.0"),
        ("uri", "https://a/b", "x y"),
        ("uuid", "00000000-0000-4000-8000-000000000000", "x"),
        ("uuid4", "00000000-0000-4000-8000-000000000000", "00000000-0000-3000-8000-000000000000"),
        ("email", "a@b.c", "x"),
        ("hostname", "a.example", "a.b"),
        ("mac", "00:11:22:33:44:55", "00:11"),
        ("hexcolor", "#fff", "#ffff"),
        ("rgbcolor", "rgb(1,2,255)", "rgb(1,2,256)"),
    ],
)
def test_texts_have_a_format_or_not(name: str, right: str, wrong: str) -> None:
    assert has_format(name, right)
    assert not has_format(name, wrong)


def test_any_text_has_a_format_that_is_not_known() -> None:
    assert has_format("unheard-of", "x")


@pytest.mark.parametrize(
    ("text", "nanoseconds"),
    [("0", 0), ("1.5s", 1_500_000_000), ("-1m", -60_000_000_000), ("1h1m1s", 3661 * 10**9), ("2 days", 172800 * 10**9)],
)
def test_durations_have_a_length(text: str, nanoseconds: int) -> None:
    assert duration_nanoseconds(text) == nanoseconds
