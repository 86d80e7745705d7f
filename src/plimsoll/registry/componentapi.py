"""The API as the components of a served cluster use it: their writes take the way of everybody's.

So what a controller creates has the defaults, the admission and the managed fields that it would have on a real cluster.
Runs in virtual time do without (:class:`plimsoll.simcluster.api.Api`): their objects are their own, and fifty times as
many.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from plimsoll.errors import ApiError
from plimsoll.kube.resources import Object
from plimsoll.registry.options import DeleteOptions
from plimsoll.registry.requests import Request, User
from plimsoll.registry.verbs.deleting import delete_object
from plimsoll.simcluster.api import Api, NamespaceTerminatingError, Propagation

if TYPE_CHECKING:
    from plimsoll.kube.patchformats import PatchFormat
    from plimsoll.kube.resources import Resource
    from plimsoll.registry.registry import Registry
    from plimsoll.registry.requests import Verb
    from plimsoll.simcluster.store import Collection

CONTROLLER_MANAGER = "kube-controller-manager"
CONTROLLERS = User("system:kube-controller-manager", groups=("system:masters", "system:authenticated"))

_PATCH_TYPES = {
    "json": "application/json-patch+json",
    "merge": "application/merge-patch+json",
    "strategic": "application/strategic-merge-patch+json",
    "apply": "application/apply-patch+yaml",
}


class ServedApi(Api):
    """Writes through a registry as soon as there is one."""

    _registry: Registry | None = None

    def connect(self, registry: Registry) -> None:
        """Write through this registry from now on."""
        self._registry = registry

    def create(self, collection: Collection, namespace: str, body: Object) -> Object:
        """Create an object as a request would."""
        if self._registry is None:
            return super().create(collection, namespace, body)
        return self._ask("create", collection, namespace, "", body=body)

    def patch(
        self,
        collection: Collection,
        namespace: str,
        name: str,
        patch: Object | list[Object],
        patch_format: PatchFormat = "merge",
    ) -> Object:
        """Patch an object as a request would."""
        if self._registry is None:
            return super().patch(collection, namespace, name, patch, patch_format)
        patch_type = _PATCH_TYPES[patch_format]
        return self._ask("patch", collection, namespace, name, body=patch, patch_type=patch_type)

    def update(self, collection: Collection, new: Object) -> Object:
        """Replace an object as a request would."""
        if self._registry is None:
            return super().update(collection, new)
        metadata = new["metadata"]
        return self._ask("update", collection, metadata.get("namespace", ""), metadata["name"], body=new)

    def update_status(self, collection: Collection, new: Object) -> Object:
        """Replace an object's status as a request would, annotations included where the kind allows that."""
        if self._registry is None:
            return super().update_status(collection, new)
        metadata = new["metadata"]
        namespace, name = metadata.get("namespace", ""), metadata["name"]
        return self._ask("update", collection, namespace, name, "status", body=new)

    def set_replicas(self, collection: Collection, old: Object, replicas: int) -> Object:
        """Scale a workload as an update of it would."""
        if self._registry is None:
            return super().set_replicas(collection, old, replicas)
        return self.update(collection, {**old, "spec": {**old["spec"], "replicas": replicas}})

    def delete(
        self,
        collection: Collection,
        namespace: str,
        name: str,
        uid: str | None = None,
        *,
        propagation: Propagation = "Background",
    ) -> None:
        """Delete an object as a request would."""
        registry = self._registry
        if registry is None:
            super().delete(collection, namespace, name, uid, propagation=propagation)
            return
        stored = self.get(collection, namespace, name)
        request = self._request("delete", collection.resource, namespace, name)
        served = registry.resources.served(collection.resource)
        if served is None:
            collection.remove(stored)
        else:
            delete_object(registry.backing, served, request, stored, DeleteOptions(uid=uid, propagation=propagation))

    def _ask(
        self, verb: Verb, collection: Collection, namespace: str, name: str, subresource: str = "", **parts: Any
    ) -> Object:
        assert self._registry is not None  # noqa: S101 - whoever calls this has looked
        request = self._request(verb, collection.resource, namespace, name, subresource, **parts)
        try:
            answer = self._registry.handle(request)
        except ApiError as error:
            if _is_terminating(error):
                raise NamespaceTerminatingError(collection.resource, name, namespace) from error
            raise
        assert isinstance(answer.object, dict)  # noqa: S101 - one object was written
        return answer.object

    @staticmethod
    def _request(
        verb: Verb, resource: Resource, namespace: str, name: str, subresource: str = "", **parts: Any
    ) -> Request:
        return Request(
            verb, resource, namespace, name, subresource, CONTROLLERS, user_agent=CONTROLLER_MANAGER, **parts
        )


def _is_terminating(error: ApiError) -> bool:
    causes: Any = (error.details or {}).get("causes") or ()
    return any(cause.get("reason") == "NamespaceTerminating" for cause in causes)
