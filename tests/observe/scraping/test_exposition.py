from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plimsoll.observe.scraping.exposition import ExpositionError, Sample, samples

NAMES = st.from_regex(r"[a-zA-Z_:][a-zA-Z0-9_:]{0,12}", fullmatch=True)
LABEL_NAMES = st.from_regex(r"[a-zA-Z_][a-zA-Z0-9_]{0,8}", fullmatch=True)
TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\r"), max_size=12)
VALUES = st.floats(allow_nan=False)


def written(sample: Sample) -> str:
    escaped = {
        key: text.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n") for key, text in sample.labels.items()
    }
    labels = "{" + ",".join(f'{key}="{text}"' for key, text in escaped.items()) + "}" if escaped else ""
    return f"{sample.name}{labels} {sample.value!r}"


@given(st.lists(st.builds(Sample, NAMES, st.dictionaries(LABEL_NAMES, TEXTS, max_size=3), VALUES), max_size=5))
def test_what_is_written_is_read(given_samples: list[Sample]) -> None:
    page = "".join(written(sample) + "\n" for sample in given_samples)
    assert list(samples(page.encode(), {sample.name for sample in given_samples})) == given_samples


@given(st.binary(max_size=60))
def test_whatever_follows_a_wanted_name_is_a_sample_or_refused(rest: bytes) -> None:
    try:
        found = list(samples(b"up" + rest, {"up"}))
    except ExpositionError:
        return
    assert all(sample.name == "up" for sample in found)


def test_only_wanted_metrics_are_looked_into() -> None:
    page = b'# HELP up Text.\n# TYPE up gauge\nup 1\nup_total{ 7\nupper{a="b"} 2\ndown {\n'
    with pytest.raises(ExpositionError):
        list(samples(page, {"up"}))  # a broken line that begins with the name
    assert list(samples(page.replace(b"up_total{ 7\n", b""), {"up"})) == [Sample("up", {}, 1)]


@pytest.mark.parametrize(
    ("line", "value"),
    [("up +Inf", math.inf), ("up -Inf", -math.inf), ("up 1e-3", 0.001), ("up 4 1700000000000", 4), ("up{} 2", 2)],
)
def test_numbers_are_those_of_go(line: str, value: float) -> None:
    assert next(iter(samples(line.encode(), {"up"}))).value == value


@pytest.mark.parametrize("line", ["up", "up one", 'up{a="b" 1', "up{a=b} 1", 'up{a="\\x"} 1', "up 1 2 3", 'up{a="b"'])
def test_what_is_malformed_is_refused(line: str) -> None:
    with pytest.raises(ExpositionError):
        list(samples(line.encode(), {"up"}))
