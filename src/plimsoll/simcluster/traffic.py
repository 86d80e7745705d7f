"""The programs in pods that exchange data: clients that find their server, connect, and send until they are done.

A client looks for a server as the article's did: it tries to connect once a second until that works, which it does as
soon as a pod behind the service is ready in the API (only then do the cluster's proxies know it). Instead of trying,
a client here waits for that moment, and connects at its next full second.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING

from plimsoll.kube.labels import ROLE_ANNOTATION
from plimsoll.kube.resources import PODS, SERVICES, Object
from plimsoll.simcluster.api import is_ready
from plimsoll.simcluster.kubelet.needs import Exchange, read_exchange, read_work_seconds

if TYPE_CHECKING:
    from plimsoll.kernel import Kernel
    from plimsoll.simcluster.api import Api
    from plimsoll.simcluster.network import Connection, Network
    from plimsoll.simcluster.store import StoredChange

CONNECT_PERIOD_SECONDS = 1.0


class _Client:
    """A running client program."""

    __slots__ = ("connection", "done", "namespace", "node", "started_seconds", "terms", "uid")

    def __init__(self, pod: Object, node: str, terms: Exchange, done: Callable[[], None], now: float) -> None:
        self.uid: str = pod["metadata"]["uid"]
        self.namespace: str = pod["metadata"]["namespace"]
        self.node = node
        self.terms = terms
        self.done = done
        self.started_seconds = now
        self.connection: Connection | None = None


class Traffic:
    """Every exchange of data in the cluster. Servers are pods with the role ``server`` behind the client's service."""

    def __init__(self, kernel: Kernel, api: Api, network: Network) -> None:
        self._kernel = kernel
        self._network = network
        self._services = api.store.collection(SERVICES)
        self._pods = api.store.collection(PODS)
        self._clients: dict[str, _Client] = {}
        self._waiting: dict[str, list[_Client]] = {}
        self._served: dict[str, set[str]] = {}
        """Clients that are connected to a server pod, by its UID."""
        self._servers: dict[str, dict[str, str]] = {}
        """Servers whose containers run, by namespace and UID, with their names: what the API says of a pod on a lost
        node is out of date."""
        self._namespaces: dict[str, str] = {}
        """The namespaces of those servers, by UID."""
        self._workers: dict[str, Callable[[], None]] = {}
        """Pods that work for a time, by UID, each with what to call when that is over."""
        self.active = 0
        self._pods.watchers.append(self._observe_pod)

    def started(self, pod: Object, node: str, done: Callable[[], None]) -> None:
        """A pod's containers run: if it is a client, its program looks for the server."""
        metadata = pod["metadata"]
        if metadata.get("annotations", {}).get(ROLE_ANNOTATION) == "server":
            self._servers.setdefault(metadata["namespace"], {})[metadata["uid"]] = metadata["name"]
            self._namespaces[metadata["uid"]] = metadata["namespace"]
        seconds = read_work_seconds(pod)
        if seconds is not None:
            self._workers[metadata["uid"]] = done
            self._kernel.after(seconds, self._worked, metadata["uid"], done)
        terms = read_exchange(pod)
        if terms is None:
            return
        client = _Client(pod, node, terms, done, self._kernel.now)
        self._clients[client.uid] = client
        self._connect(client)

    def stopped(self, uid: str) -> None:
        """A pod's containers are gone: its exchange ends; if it was a server, its clients look for another."""
        namespace = self._namespaces.pop(uid, None)
        if namespace is not None:
            self._servers[namespace].pop(uid)
        self._workers.pop(uid, None)
        client = self._clients.pop(uid, None)
        if client is not None:
            self._disconnect(client)
        for client_uid in self._served.pop(uid, ()):
            orphan = self._clients.get(client_uid)
            if orphan is not None:
                self._disconnect(orphan)
                self._connect(orphan)

    def _worked(self, uid: str, done: Callable[[], None]) -> None:
        if self._workers.get(uid) is done:  # it may have been stopped, and started again
            del self._workers[uid]
            done()

    def _observe_pod(self, change: StoredChange) -> None:
        pod = change.object
        namespace = pod["metadata"]["namespace"]
        waiting = self._waiting.get(namespace)
        if waiting is None or change.type == "DELETED" or not is_ready(pod):
            return
        self._waiting[namespace] = [client for client in waiting if not self._serves(pod, client)]
        if not self._waiting[namespace]:
            del self._waiting[namespace]
        for client in waiting:
            if client.uid in self._clients and self._serves(pod, client):
                self._connect(client)

    def _connect(self, client: _Client) -> None:
        """Connect at the client's next attempt, if there is a server to connect to; else wait for one."""
        server = self._server(client)
        if server is None:
            self._waiting.setdefault(client.namespace, []).append(client)
            return
        waited = self._kernel.now - client.started_seconds
        attempt = math.ceil(waited / CONNECT_PERIOD_SECONDS) * CONNECT_PERIOD_SECONDS
        self._kernel.after(max(attempt - waited, 0.0), self._connected, client, server["metadata"]["name"])

    def _connected(self, client: _Client, server_name: str) -> None:
        if client.uid not in self._clients or client.connection is not None:
            return
        server = self._pods.find(client.namespace, server_name)
        if server is None or not self._is_reachable(server):
            self._connect(client)
            return
        self.active += 1
        self._served.setdefault(server["metadata"]["uid"], set()).add(client.uid)
        terms = client.terms
        client.connection = self._network.connect(
            client.node,
            server["spec"]["nodeName"],
            bytes_per_second=terms.bytes_per_second,
            seconds=terms.seconds,
            total_bytes=terms.total_bytes,
            on_done=lambda: self._done(client),
        )

    def _server(self, client: _Client) -> Object | None:
        """A ready pod behind the client's service; always the same one for a client, as long as there are the same."""
        ready = []
        for name in self._servers.get(client.namespace, {}).values():
            pod = self._pods.find(client.namespace, name)
            if pod is not None and self._is_reachable(pod) and self._serves(pod, client):
                ready.append(pod)
        return ready[int(client.uid[:8], 16) % len(ready)] if ready else None

    def _is_reachable(self, pod: Object) -> bool:
        """Whether the proxies send clients to the pod, and it is there."""
        metadata = pod["metadata"]
        return metadata["uid"] in self._servers.get(metadata["namespace"], ()) and is_ready(pod)

    def _serves(self, pod: Object, client: _Client) -> bool:
        """Whether a pod is behind the service that a client looks for."""
        service = self._services.find(client.namespace, client.terms.server)
        if service is None:
            return False
        selector = service["spec"].get("selector", {})
        return bool(selector.items() <= pod["metadata"].get("labels", {}).items())

    def _done(self, client: _Client) -> None:
        self.active -= 1
        client.connection = None
        if self._clients.pop(client.uid, None) is not None:
            client.done()

    def _disconnect(self, client: _Client) -> None:
        if client.connection is not None:
            self._network.disconnect(client.connection)
            client.connection = None
            self.active -= 1
