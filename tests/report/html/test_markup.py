from __future__ import annotations

import html
import json
from html.parser import HTMLParser

from hypothesis import given
from hypothesis import strategies as st

from plimsoll.report.html.markup import Markup, escape, join, json_data, tag


class Reader(HTMLParser):
    """Collects what a browser would see in ``<p title=…>…</p>``."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[str] = []
        self.titles: list[str | None] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.titles.extend(value for name, value in attrs if name == "title")

    def handle_data(self, data: str) -> None:
        self.text += data


HOSTILE = st.one_of(
    st.text(),
    st.sampled_from(
        ["<script>alert(1)</script>", "\" onload='x'", "</p><img src=x>", "&lt;b&gt;", "\ud800", "\x00", "]]>"]
    ),
).map(lambda text: text.replace("\r", ""))


@given(HOSTILE)
def test_whatever_a_name_says_stays_text(name: str) -> None:
    reader = Reader()
    markup = tag("p", name, title=name)

    reader.feed(markup)
    reader.close()

    assert reader.tags == ["p"]
    assert reader.text == reader.titles[0] == html.unescape(escape(name))
    assert markup.encode()


@given(st.recursive(HOSTILE, lambda inner: st.lists(inner) | st.dictionaries(HOSTILE, inner), max_leaves=8))
def test_nothing_in_data_can_end_its_script(data: object) -> None:
    text = json_data(data)

    assert not set("<>&") & set(text)
    assert json.loads(text) == data


def test_markup_is_not_escaped_twice() -> None:
    assert tag("p", tag("b", "1 < 2"), None, " & ") == "<p><b>1 &lt; 2</b> &amp; </p>"
    assert escape(Markup("<i>")) == "<i>"
    assert join("a", None, 1) == "a1"


def test_attributes_are_named_as_in_python() -> None:
    assert tag("i", class_="a b", aria_label="x", hidden=True, id=None, open=False, width=0) == (
        '<i class="a b" aria-label="x" hidden width="0"></i>'
    )


def test_empty_elements_close_themselves() -> None:
    assert tag("path", d="M0 0") == '<path d="M0 0"/>'
