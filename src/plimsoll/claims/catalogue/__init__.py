"""The claims: a file each, named after its id. A new claim is a new file with a ``CLAIM``."""

from __future__ import annotations

from importlib import import_module
from pkgutil import iter_modules

from plimsoll.claims.claim import Claim


def load_claims() -> tuple[Claim, ...]:
    """Every claim, in the order of their ids."""
    names = sorted(module.name for module in iter_modules(__path__))
    return tuple(import_module(f"{__name__}.{name}").CLAIM for name in names)
