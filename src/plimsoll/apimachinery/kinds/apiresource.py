"""One row of the table of API resources: what discovery says about a resource, and so what a server serves of it."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256

from plimsoll.kube.resources import Resource

READ_AND_WRITE = ("create", "delete", "deletecollection", "get", "list", "patch", "update", "watch")
"""The verbs of nearly every stored resource."""

CHANGE = ("get", "patch", "update")
"""The verbs of subresources that are another view of the object: ``status``, ``scale``."""

PROXY = ("create", "delete", "get", "patch", "update")

CREATE_ONLY = ("create",)
"""What is posted to be answered, and not stored: reviews, bindings."""

ALL = ("all",)
"""The category of what ``kubectl get all`` shows."""

API_EXTENSIONS = ("api-extensions",)
"""The category of what changes the API itself."""

_HASHED_BYTES = 8  # ``StorageVersionHash`` of k8s.io/apiserver/pkg/endpoints/discovery


@dataclass(frozen=True, slots=True)
class Subresource:
    """One subresource, e.g. ``pods/eviction``, whose bodies are of ``policy/v1 Eviction``."""

    name: str
    verbs: tuple[str, ...] = CHANGE
    kind: str = ""
    """What its bodies are; empty where they are the resource's own kind."""
    group: str = ""
    version: str = ""
    """Group and version of the kind; empty where they are the resource's own."""


STATUS = Subresource("status")
SCALE = Subresource("scale", CHANGE, "Scale", "autoscaling", "v1")


@dataclass(frozen=True, slots=True)
class APIResource:
    """A served resource: its type, the names that people type, its verbs and its subresources."""

    resource: Resource
    verbs: tuple[str, ...] = READ_AND_WRITE
    short_names: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    subresources: tuple[Subresource, ...] = ()
    singular_name: str = ""
    """What people type for one of it; empty where that is the kind in lower case."""
    list_kind: str = ""
    """The kind of its lists; empty where that is the kind followed by ``List``."""
    stored_as: Resource | None = None
    """The served resource under which its objects are stored, where that is another one than this."""
    storage_version: str = ""
    """The version that ``storage_version_hash`` tells of, where that is none of the served ones."""
    is_custom: bool = False

    @property
    def singular(self) -> str:
        """What people type for one of it, e.g. ``pod``."""
        return self.singular_name or self.resource.kind.lower()

    @property
    def is_stored(self) -> bool:
        """Whether objects of it can be read back one by one, rather than only posted."""
        return "update" in self.verbs

    @property
    def kind_of_lists(self) -> str:
        """The kind of its lists, e.g. ``PodList``."""
        return self.list_kind or f"{self.resource.kind}List"

    def subresource(self, name: str) -> Subresource | None:
        """Return the subresource of that name, or none."""
        return next((subresource for subresource in self.subresources if subresource.name == name), None)

    def kind_of(self, subresource: Subresource) -> tuple[str, str, str]:
        """Return group, version and kind of what a subresource's bodies are."""
        if not subresource.kind:
            return self.resource.group, self.resource.version, self.resource.kind
        if not subresource.version:
            return self.resource.group, self.resource.version, subresource.kind
        return subresource.group, subresource.version, subresource.kind

    @property
    def storage_version_hash(self) -> str:
        """What discovery gives for clients to see that the stored version changed; empty where nothing is stored."""
        if not self.is_stored:
            return ""
        stored = self.stored_as or self.resource
        text = f"{stored.group}/{self.storage_version or stored.version}/{stored.kind}"
        return b64encode(sha256(text.encode()).digest()[:_HASHED_BYTES]).decode()


def by_group_version(resources: Iterable[APIResource]) -> dict[tuple[str, str], list[APIResource]]:
    """Return the resources of each group and version, both in the order in which they come."""
    groups: dict[tuple[str, str], list[APIResource]] = {}
    for row in resources:
        groups.setdefault((row.resource.group, row.resource.version), []).append(row)
    return groups
