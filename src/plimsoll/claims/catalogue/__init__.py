"""The claims: a file each, named after its id. A new claim is a new file with a ``CLAIM``."""

from __future__ import annotations

from importlib import import_module
from pkgutil import iter_modules

from plimsoll.claims.claim import Claim


def load_claims() -> tuple[Claim, ...]:
    """Every claim: those of the OpenShift article, of the OpenStack one, and what they left to the future."""
    names = sorted((module.name for module in iter_modules(__path__)), key=_place)
    return tuple(import_module(f"{__name__}.{name}").CLAIM for name in names)


def _place(name: str) -> tuple[int, int]:
    return "rmf".index(name[0]), int(name[1:])
