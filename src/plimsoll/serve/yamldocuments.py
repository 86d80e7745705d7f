"""YAML answers. Texts that YAML 1.1 would take for something else (``y``, ``on``, ``1e3``) are quoted."""

from __future__ import annotations

import re
from typing import Any

import yaml

_AMBIGUOUS = re.compile(
    r"y|Y|yes|Yes|YES|n|N|no|No|NO|true|True|TRUE|false|False|FALSE|on|On|ON|off|Off|OFF"
    r"|~|null|Null|NULL||[-+.0-9][-+.0-9_a-fA-FoxX:]*|<<|="
)
_STRING_TAG = "tag:yaml.org,2002:str"


class _Dumper(yaml.CSafeDumper):
    """Spells out what objects share: an anchor would be valid, and a riddle."""

    def ignore_aliases(self, _: object) -> bool:
        return True


def _represent_text(dumper: _Dumper, text: str) -> yaml.ScalarNode:
    style = '"' if _AMBIGUOUS.fullmatch(text) else "|" if "\n" in text else None
    return dumper.represent_scalar(_STRING_TAG, text, style=style)


_Dumper.add_representer(str, _represent_text)


def dump_yaml(value: Any) -> bytes:
    """A document, its keys in the order of the alphabet as a real server writes them."""
    text: bytes = yaml.dump(value, Dumper=_Dumper, encoding="utf-8", allow_unicode=True, sort_keys=True)
    return text
