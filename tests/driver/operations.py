"""Phases and operations by hand, for tests that need no scenario."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from plimsoll.driver.steps import Call, Chain, Operation, Phase
from plimsoll.kube.resources import NAMESPACES, SECRETS, Object, Resource

RUN = {"plimsoll.dev/run": "r1", "plimsoll.dev/job": "job"}
SELECTOR = "plimsoll.dev/run=r1"


def body(name: str, **labels: str) -> Object:
    return {"metadata": {"name": name, "labels": {**RUN, **labels}}}


def create_namespace(name: str) -> Operation:
    return Operation("create", NAMESPACES, None, name, body(name))


def create_secret(name: str, namespace: str = "a") -> Operation:
    return Operation("create", SECRETS, namespace, name, body(name))


def delete(resource: Resource, name: str, namespace: str | None = None) -> Operation:
    return Operation("delete", resource, namespace, name)


def calls(*operations: Operation) -> list[Chain]:
    """Each operation in a call and a chain of its own."""
    return [Chain((Call((operation,)),)) for operation in operations]


def phase(kind: Any, chains: Sequence[Chain] = (), **fields: Any) -> Phase:
    fields = {"name": str(kind), "job": "job", **fields}
    return Phase(kind=kind, make_chains=lambda: iter(chains), **fields)
