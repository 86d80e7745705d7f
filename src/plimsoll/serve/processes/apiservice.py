"""How a program in a pod gets to the API of its own cluster: where that is, and a token of its pod's service account."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from plimsoll.kube.resources import Object

SHORTEST_LIFE_SECONDS = 24 * 3600
"""A kubelet renews tokens before they expire. Here nobody does, so they are good for longer than what is asked for."""


@dataclass(frozen=True, slots=True)
class ApiService:
    """The API as pods see it. ``issue`` answers the TokenRequest of a service account, by namespace and name."""

    host: str
    port: int
    issue: Callable[[str, str, Object], Object]

    def variables(self) -> dict[str, str]:
        """What client libraries look for (client-go ``rest.InClusterConfig``)."""
        return {"KUBERNETES_SERVICE_HOST": self.host, "KUBERNETES_SERVICE_PORT": str(self.port)}

    def token(self, pod: Object, projection: Object) -> bytes:
        """A new token as a volume of the pod asks for; :class:`plimsoll.errors.ApiError` where there can be none."""
        metadata, audience = pod["metadata"], projection.get("audience")
        spec = {
            "audiences": [audience] if audience else [],
            "expirationSeconds": max(SHORTEST_LIFE_SECONDS, projection.get("expirationSeconds", 0)),
            "boundObjectRef": {"kind": "Pod", "apiVersion": "v1", "name": metadata["name"], "uid": metadata["uid"]},
        }
        answer = self.issue(metadata["namespace"], pod["spec"].get("serviceAccountName", "default"), {"spec": spec})
        token: str = answer["status"]["token"]
        return token.encode()
