"""Which rules apply to a user: through bindings of the cluster, and those of a namespace."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from plimsoll.errors import ApiError
from plimsoll.kube.resources import ROLEBINDINGS, Object, Resource
from plimsoll.registry.refusals import not_found
from plimsoll.registry.requests import User

if TYPE_CHECKING:
    from plimsoll.registry.authorization.rules import Rule
    from plimsoll.simcluster.store import Store, StoredChange

GROUP = "rbac.authorization.k8s.io"
ROLES = Resource(GROUP, "v1", "roles", "Role")
CLUSTERROLES = Resource(GROUP, "v1", "clusterroles", "ClusterRole", namespaced=False)
CLUSTERROLEBINDINGS = Resource(GROUP, "v1", "clusterrolebindings", "ClusterRoleBinding", namespaced=False)

SERVICE_ACCOUNT_PREFIX = "system:serviceaccount:"

Subject = dict[str, Any]


class Grant(NamedTuple):
    """A binding that applies to a user, the subject by which it does, and the rules of its role."""

    binding: Object
    subject: Subject
    rules: Sequence[Rule]

    def __str__(self) -> str:
        metadata, role = self.binding["metadata"], self.binding["roleRef"]
        namespace = metadata.get("namespace", "")
        name = f"{metadata['name']}/{namespace}" if namespace else metadata["name"]
        who = self.subject["name"]
        if self.subject["kind"] == "ServiceAccount":
            who = f"{who}/{self.subject.get('namespace') or namespace}"
        kind = "RoleBinding" if namespace else "ClusterRoleBinding"
        return f'{kind} "{name}" of {role["kind"]} "{role["name"]}" to {self.subject["kind"]} "{who}"'


class RuleResolver:
    """Reads roles and bindings from a store. The bindings of the cluster are kept by subject until one changes."""

    def __init__(self, store: Store) -> None:
        self._roles = store.collection(ROLES)
        self._cluster_roles = store.collection(CLUSTERROLES)
        self._bindings = store.collection(ROLEBINDINGS)
        self._cluster_bindings = store.collection(CLUSTERROLEBINDINGS)
        self._by_subject: dict[str, list[tuple[Object, Subject]]] | None = None
        self._cluster_bindings.watchers.append(self._forget)

    def grants(self, user: User, namespace: str, missing: list[ApiError]) -> Iterator[Grant]:
        """Each binding that applies to a user in a namespace, or in none; to ``missing`` go roles that do not exist."""
        for binding, subject in self._of_cluster(user):
            yield from self._grant(binding, subject, "", missing)
        if namespace:
            for binding in self._bindings.in_namespace(namespace):
                for subject in binding.get("subjects") or ():
                    if _applies(subject, user, namespace):
                        yield from self._grant(binding, subject, namespace, missing)
                        break

    def rules_of(self, role: dict[str, str], namespace: str) -> Sequence[Rule]:
        """The rules of a ``roleRef``; ``ApiError(404)`` where there is no such role."""
        name = role["name"]
        if role["kind"] == "ClusterRole":
            resource, found = CLUSTERROLES, self._cluster_roles.find("", name)
        else:
            resource, found = ROLES, self._roles.find(namespace, name)
        if found is None:
            raise not_found(_singular(resource), name)
        return found.get("rules") or ()

    def _grant(self, binding: Object, subject: Subject, namespace: str, missing: list[ApiError]) -> Iterator[Grant]:
        try:
            yield Grant(binding, subject, self.rules_of(binding["roleRef"], namespace))
        except ApiError as error:
            missing.append(error)

    def _of_cluster(self, user: User) -> Iterator[tuple[Object, Subject]]:
        by_subject = self._by_subject
        if by_subject is None:
            by_subject = self._by_subject = self._index()
        seen: set[str] = set()
        for key in (f"User/{user.name}", *(f"Group/{group}" for group in user.groups)):
            for binding, subject in by_subject.get(key, ()):
                name = binding["metadata"]["name"]
                if name not in seen:
                    seen.add(name)
                    yield binding, subject

    def _index(self) -> dict[str, list[tuple[Object, Subject]]]:
        index: dict[str, list[tuple[Object, Subject]]] = {}
        for binding in sorted(self._cluster_bindings, key=lambda binding: binding["metadata"]["name"]):
            for subject in binding.get("subjects") or ():
                kind, name = subject["kind"], subject["name"]
                if kind == "ServiceAccount":
                    kind, name = "User", f"{SERVICE_ACCOUNT_PREFIX}{subject.get('namespace', '')}:{name}"
                index.setdefault(f"{kind}/{name}", []).append((binding, subject))
        return index

    def _forget(self, _: StoredChange) -> None:
        self._by_subject = None


def _applies(subject: Subject, user: User, namespace: str) -> bool:
    match subject["kind"]:
        case "User":
            return bool(subject["name"] == user.name)
        case "Group":
            return subject["name"] in user.groups
        case "ServiceAccount":
            home = subject.get("namespace") or namespace
            return user.name == f"{SERVICE_ACCOUNT_PREFIX}{home}:{subject['name']}"
        case _:
            return False


def _singular(resource: Resource) -> Resource:
    """The resource as the message about a missing role names it: by its kind in lower case."""
    return Resource(resource.group, resource.version, resource.kind.lower(), resource.kind)
