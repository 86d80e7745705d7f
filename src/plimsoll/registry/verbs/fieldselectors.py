"""Field selectors by name and namespace, until the kinds' own fields are known here."""

from __future__ import annotations

from dataclasses import dataclass

from plimsoll.kube.resources import Object, Resource
from plimsoll.registry.refusals import bad_request


@dataclass(frozen=True)
class FieldSelector:
    terms: tuple[tuple[str, str, str], ...]

    def matches(self, value: Object) -> bool:
        for key, operator, wanted in self.terms:
            found = value
            for part in key.split("."):
                found = found.get(part, {}) if isinstance(found, dict) else {}
            text = found if isinstance(found, str) else ""
            if (text == wanted) != (operator == "="):
                return False
        return True


def parse_field_selector(resource: Resource, text: str) -> FieldSelector:
    terms = []
    for part in text.split(","):
        for sign, operator in (("!=", "!="), ("==", "="), ("=", "=")):
            if sign in part:
                key, _, wanted = part.partition(sign)
                terms.append((key, operator, wanted))
                break
        else:
            raise bad_request(f"invalid selector: '{text}'; can't understand '{part}'")
    return FieldSelector(tuple(terms))
