"""The roles and bindings that every cluster begins with, read from ``bootstrap.json``.

The data are those of Kubernetes 1.36 with its default feature gates (plugin/pkg/auth/authorizer/rbac/bootstrappolicy):
the user-facing roles, those of discovery, of nodes, and of every component and controller.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import orjson

from plimsoll.kube.resources import ROLEBINDINGS
from plimsoll.registry.authorization.aggregation import AGGREGATE_PREFIX
from plimsoll.registry.authorization.resolving import CLUSTERROLEBINDINGS, CLUSTERROLES, GROUP, ROLES

if TYPE_CHECKING:
    from plimsoll.kube.resources import Object, Resource
    from plimsoll.registry.identity import Identity
    from plimsoll.simcluster.store import Store

DATA = "bootstrap.json"


def install_roles(store: Store, identity: Identity) -> None:
    """Put the roles and bindings into a store that has none of them yet."""
    for resource, value in bootstrap_objects():
        metadata = value["metadata"]
        metadata["uid"] = identity.uid()
        metadata["creationTimestamp"] = identity.timestamp()
        store.collection(resource).add(metadata.get("namespace", ""), metadata["name"], value)


def bootstrap_objects() -> Iterator[tuple[Resource, Object]]:
    """Every role and binding, without what only a server adds; aggregated roles still without rules."""
    data = _data()
    for section, resource in (("clusterRoles", CLUSTERROLES), ("roles", ROLES)):
        yield from ((resource, _role(resource, entry)) for entry in data[section])
    for section, resource in (("clusterRoleBindings", CLUSTERROLEBINDINGS), ("roleBindings", ROLEBINDINGS)):
        yield from ((resource, _binding(resource, entry)) for entry in data[section])


@cache
def _data() -> Any:
    """The file, read once: what is made of it shares its rules, which nobody changes in place."""
    return orjson.loads(files(__package__).joinpath(DATA).read_bytes())


def _role(resource: Resource, entry: dict[str, Any]) -> Object:
    role = _object(resource, entry)
    for target in entry.get("aggregatesTo", ()):
        role["metadata"]["labels"][f"{AGGREGATE_PREFIX}{target}"] = "true"
    if "aggregates" in entry:
        selector = {"matchLabels": {f"{AGGREGATE_PREFIX}{entry['aggregates']}": "true"}}
        role["aggregationRule"] = {"clusterRoleSelectors": [selector]}
    return {**role, "rules": entry.get("rules")}


def _binding(resource: Resource, entry: dict[str, Any]) -> Object:
    kind, name = entry["role"].split("/", 1)
    subjects = [_subject(text) for text in entry["subjects"]]
    role_ref = {"apiGroup": GROUP, "kind": kind, "name": name}
    return {**_object(resource, entry), **({"subjects": subjects} if subjects else {}), "roleRef": role_ref}


def _subject(text: str) -> dict[str, str]:
    kind, name = text.split("/", 1)
    if kind == "ServiceAccount":
        namespace, name = name.split(":", 1)
        return {"kind": kind, "name": name, "namespace": namespace}
    return {"kind": kind, "apiGroup": GROUP, "name": name}


def _object(resource: Resource, entry: dict[str, Any]) -> Object:
    metadata: dict[str, Any] = {"name": entry["name"]}
    if "namespace" in entry:
        metadata["namespace"] = entry["namespace"]
    metadata["labels"] = {"kubernetes.io/bootstrapping": "rbac-defaults"}
    metadata["annotations"] = {"rbac.authorization.kubernetes.io/autoupdate": "true"}
    return {"kind": resource.kind, "apiVersion": resource.api_version, "metadata": metadata}
