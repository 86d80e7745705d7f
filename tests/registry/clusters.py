"""Clusters with a registry, and short ways to ask it something."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from plimsoll.kube.resources import Object, Resource
from plimsoll.registry.registry import Registry
from plimsoll.registry.requests import Answer, Listing, Request, User, WatchEvent
from plimsoll.simcluster.assembly import assemble
from plimsoll.simcluster.profile import load_profile
from plimsoll.telemetry import NullTelemetry

ADMIN = User("admin", groups=("system:masters", "system:authenticated"))
EPOCH_SECONDS = 1_700_000_000.0


class Served:
    """One cluster, without nodes, and what it answers."""

    def __init__(self, *, namespace: str = "team") -> None:
        self.cluster = assemble(load_profile("ideal"), [], 1, NullTelemetry(), epoch_seconds=EPOCH_SECONDS)
        self.registry = Registry(self.cluster)
        self.namespace = namespace
        self.create(("", "v1", "namespaces"), {"metadata": {"name": namespace}})
        self.wait(1.0)

    def wait(self, seconds: float) -> None:
        """Let time pass."""
        kernel = self.cluster.kernel
        kernel.run(kernel.now + seconds)

    def resource(self, key: tuple[str, str, str]) -> Resource:
        """The resource at a group, version and plural."""
        found = self.registry.resolve(*key)
        assert found is not None
        return found

    def ask(
        self,
        verb: Any,
        key: tuple[str, str, str],
        name: str = "",
        body: Any = None,
        *,
        subresource: str = "",
        options: Mapping[str, str] | None = None,
        patch_type: str = "",
        user: User = ADMIN,
    ) -> Answer:
        """Make a request in the cluster's one namespace."""
        resource = self.resource(key)
        namespace = self.namespace if resource.namespaced else ""
        return self.registry.handle(
            Request(verb, resource, namespace, name, subresource, user, options or {}, body, patch_type, "tests/1.0")
        )

    def create(self, key: tuple[str, str, str], body: Object, **more: Any) -> Object:
        """Create an object; returns it as answered."""
        answer = self.ask("create", key, body=body, **more)
        assert answer.code == 201
        assert isinstance(answer.object, dict)
        return answer.object

    def get(self, key: tuple[str, str, str], name: str, **more: Any) -> Object:
        """Read an object."""
        answer = self.ask("get", key, name, **more)
        assert isinstance(answer.object, dict)
        return answer.object

    def listing(self, key: tuple[str, str, str], **options: str) -> Listing:
        """List objects."""
        answer = self.ask("list", key, options=options)
        assert isinstance(answer.object, Listing)
        return answer.object

    def watch(self, key: tuple[str, str, str], **options: str) -> list[WatchEvent]:
        """Watch objects; the list grows as events come."""
        events: list[WatchEvent] = []
        resource = self.resource(key)
        namespace = self.namespace if resource.namespaced else ""
        self.registry.watch(Request("watch", resource, namespace, user=ADMIN, options=options), events.append)
        return events
