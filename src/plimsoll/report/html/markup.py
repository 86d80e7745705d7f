"""HTML and SVG as strings that know whether they are markup: whatever is not is escaped."""

from __future__ import annotations

import html
import json
import re
from typing import Any

# What neither HTML nor UTF-8 can carry: control characters and lone surrogates.
_UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")
_EMPTY_ELEMENTS = frozenset({"meta", "link", "br", "col", "path", "rect", "line", "circle", "polyline", "use"})


class Markup(str):
    """Text that is already HTML."""

    __slots__ = ()


def escape(text: object) -> Markup:
    """Anything as HTML: markup as it is, everything else as the text it stands for."""
    if isinstance(text, Markup):
        return text
    return Markup(html.escape(_UNPRINTABLE.sub("\ufffd", str(text))))


def join(*parts: object) -> Markup:
    """Some pieces after one another; None is nothing."""
    return Markup("".join(escape(part) for part in parts if part is not None))


def tag(name: str, /, *children: object, **attributes: object) -> Markup:
    """An element. In attributes ``class_`` is ``class``, ``text_anchor`` is ``text-anchor``; None and False are left out."""
    start = name + "".join(
        _attribute(key, value) for key, value in attributes.items() if value is not None and value is not False
    )
    if name in _EMPTY_ELEMENTS and not children:
        return Markup(f"<{start}/>")
    return Markup(f"<{start}>{join(*children)}</{name}>")


def _attribute(key: str, value: object) -> str:
    name = key.removesuffix("_").replace("_", "-")
    return f" {name}" if value is True else f' {name}="{escape(value)}"'


def json_data(value: Any) -> Markup:
    """JSON for a ``<script type="application/json">``; nothing in it can end the element."""
    text = json.dumps(value, separators=(",", ":"), ensure_ascii=True)
    return Markup(text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026"))
