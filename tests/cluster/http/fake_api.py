"""A small API server over real sockets: objects in memory, watches, and failures on demand.

Pods that are created run at once, the pods of Deployments come with them, and a deleted namespace takes what is in it
along. It is honest about status codes and ``Status`` bodies, and about nothing else.
"""

from __future__ import annotations

import asyncio
import inspect
import json
import ssl
from collections import Counter, deque
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime
from typing import Any

from aiohttp import web

from plimsoll.apimachinery.patching.merging import merge_patch

Object = dict[str, Any]
Key = tuple[str, str, str]
Answer = web.StreamResponse | None


class FakeApi:
    """Storage, the requests received, and what to do to the next ones."""

    def __init__(self) -> None:
        self.objects: dict[Key, Object] = {}
        """By plural, namespace (or nothing) and name."""
        self.requests: list[web.Request] = []
        self.bodies: list[Object] = []
        self.creations: Counter[Key] = Counter()
        self.answers: deque[Callable[[web.Request], Answer | Awaitable[Answer]]] = deque()
        """What to answer the next requests with instead; None lets one pass."""
        self.on_write: Callable[[], None] = lambda: None
        """Called after each write has had its effect, before it is answered."""
        self.is_silent = False
        """Cut every connection without an answer."""
        self.forbidden: set[tuple[str, str]] = set()
        """Verb and plural of what an access review denies."""
        self.revision = 100
        self.oldest_revision = 0
        self.history: list[tuple[int, str, str, Object]] = []
        self.page_size_seen: list[str] = []
        self.bookmark_at_once = False
        self.watches_opened = 0
        self._news = asyncio.Event()
        self._ending = 0
        for number in range(2):
            status = {"allocatable": {"cpu": "8", "memory": "32Gi", "pods": "110"}, "conditions": [ready_condition()]}
            self.put(
                "nodes",
                {"metadata": {"name": f"node-{number}"}, "spec": {"podCIDR": f"10.0.{number}.0/24"}, "status": status},
            )
        self.put("namespaces", {"metadata": {"name": "kube-system"}})

    # -------------------------------------------------------------------------------------------- what a test may do

    def put(self, plural: str, body: Object) -> Object:
        """Store an object, new or changed."""
        metadata = {"uid": f"uid-{self.revision}", "creationTimestamp": stamp(), **body["metadata"]}
        key = (plural, metadata.get("namespace", ""), metadata["name"])
        kind = "MODIFIED" if key in self.objects else "ADDED"
        self.revision += 1
        stored = {**body, "metadata": {**metadata, "resourceVersion": str(self.revision)}}
        self.objects[key] = stored
        self._tell(kind, plural, stored)
        return stored

    def remove(self, key: Key) -> None:
        """Take an object away; a namespace with what is in it."""
        plural, _, name = key
        inside = [each for each in self.objects if plural == "namespaces" and each[1] == name]
        for each in [*inside, key]:
            gone = self.objects.pop(each)
            self.revision += 1
            self._tell(
                "DELETED", each[0], {**gone, "metadata": {**gone["metadata"], "resourceVersion": str(self.revision)}}
            )

    def end_watches(self) -> None:
        """End every open watch as a server does after some minutes."""
        self._ending += 1
        self._wake()

    def forget_history(self) -> None:
        """Watches from before now are answered with 410."""
        self.oldest_revision = self.revision + 1
        self.revision += 1

    def names(self, plural: str) -> list[str]:
        return [name for kind, _, name in self.objects if kind == plural]

    # ------------------------------------------------------------------------------------------------------ requests

    async def handle(self, request: web.Request) -> web.StreamResponse:
        self.requests.append(request)
        await request.read()
        if self.answers:
            answer = self.answers.popleft()(request)
            if inspect.isawaitable(answer):
                answer = await answer
            if answer is not None:
                return answer
        parts = request.path.strip("/").split("/")
        if parts == ["version"]:
            return web.json_response({"gitVersion": "v1.36.3"})
        rest = parts[2:] if parts[0] == "api" else parts[3:]
        namespace = ""
        if rest[0] == "namespaces" and len(rest) > 2:
            namespace, rest = rest[1], rest[2:]
        response = await self._answer(request, rest[0], namespace, rest[1] if len(rest) > 1 else "")
        if (
            request.method in {"POST", "DELETE"}
            and rest[0] != "selfsubjectaccessreviews"
            and not request.query.get("dryRun")
        ):
            self.on_write()
        if self.is_silent:
            assert request.transport is not None
            request.transport.abort()
        return response

    async def _answer(self, request: web.Request, plural: str, namespace: str, name: str) -> web.StreamResponse:
        key = (plural, namespace, name)
        if request.method == "POST":
            return self._create(request, plural, namespace, json.loads(await request.read()))
        if not name:
            return (
                await self._watch(request, plural)
                if request.query.get("watch")
                else self._list(request, plural, namespace)
            )
        if key not in self.objects:
            return status(404, "NotFound", f'{plural} "{name}" not found')
        if request.method == "DELETE":
            return self._delete(key, json.loads(await request.read() or b"{}"))
        if request.method == "PATCH":
            return web.json_response(self.put(plural, merge_patch(self.objects[key], json.loads(await request.read()))))
        return web.json_response(self.objects[key])

    def _create(self, request: web.Request, plural: str, namespace: str, body: Object) -> web.Response:
        self.bodies.append(body)
        if plural == "selfsubjectaccessreviews":
            spec = body["spec"]
            attributes = spec.get("resourceAttributes") or spec["nonResourceAttributes"]
            denied = (attributes["verb"], attributes.get("resource", attributes.get("path"))) in self.forbidden
            return web.json_response({**body, "status": {"allowed": not denied}}, status=201)
        name = body["metadata"]["name"]
        if (plural, namespace, name) in self.objects:
            return status(409, "AlreadyExists", f'{plural} "{name}" already exists')
        if namespace and ("namespaces", "", namespace) not in self.objects:
            return status(404, "NotFound", f'namespaces "{namespace}" not found')
        if request.query.get("dryRun"):
            return web.json_response(body, status=201)
        self.creations[plural, namespace, name] += 1
        stored = self._store(plural, namespace, body)
        return web.json_response(stored, status=201)

    def _store(self, plural: str, namespace: str, body: Object) -> Object:
        metadata = {**body["metadata"], "uid": f"uid-{self.revision}", "creationTimestamp": stamp()}
        if namespace:
            metadata["namespace"] = namespace
        stored = self.put(plural, {**body, "metadata": metadata})
        if plural == "deployments":
            template = body["spec"]["template"]
            for number in range(body["spec"]["replicas"]):
                pod = {
                    "metadata": {**template["metadata"], "name": f"{metadata['name']}-{number}"},
                    "spec": template["spec"],
                }
                self._store("pods", namespace, pod)
        if plural == "pods":
            state = {"phase": "Running", "conditions": [ready_condition("PodScheduled"), ready_condition()]}
            state["containerStatuses"] = [{"state": {"running": {"startedAt": stamp()}}}]
            self.put("pods", {**stored, "spec": {**stored["spec"], "nodeName": "node-0"}, "status": state})
        return stored

    def _delete(self, key: Key, options: Object) -> web.Response:
        uid = options.get("preconditions", {}).get("uid")
        if uid and uid != self.objects[key]["metadata"]["uid"]:
            return status(409, "Conflict", "the UID in the precondition does not match")
        self.remove(key)
        return web.json_response({"kind": "Status", "status": "Success"})

    def _list(self, request: web.Request, plural: str, namespace: str) -> web.Response:
        limit, start = int(request.query.get("limit", 0)), int(request.query.get("continue") or 0)
        self.page_size_seen.append(request.query.get("limit", ""))
        selector = request.query.get("labelSelector", "")
        items = [
            item
            for (kind, where, _), item in self.objects.items()
            if kind == plural and (not namespace or where == namespace) and selects(selector, item)
        ]
        metadata = {"resourceVersion": str(self.revision)}
        end = start + limit if limit else len(items)
        if end < len(items):
            metadata["continue"] = str(end)
        return web.json_response({"kind": "List", "metadata": metadata, "items": items[start:end]})

    async def _watch(self, request: web.Request, plural: str) -> web.StreamResponse:
        self.watches_opened += 1
        seen = int(request.query.get("resourceVersion") or self.revision)
        if seen < self.oldest_revision:
            return status(410, "Expired", "too old resource version")
        response = web.StreamResponse(headers={"Content-Type": "application/json"})
        await response.prepare(request)
        ending = self._ending
        if self.bookmark_at_once:
            await response.write(
                event("BOOKMARK", {"kind": "Pod", "metadata": {"resourceVersion": str(self.revision)}})
            )
        while ending == self._ending:
            selector = request.query.get("labelSelector", "")
            fresh = [entry for entry in self.history if entry[0] > seen and entry[2] == plural]
            seen = max([seen, *(entry[0] for entry in fresh)])
            for _, kind, _, body in fresh:
                if selects(selector, body):
                    await response.write(event(kind, body))
            news = self._news
            if (
                not [entry for entry in self.history if entry[0] > seen and entry[2] == plural]
                and ending == self._ending
            ):
                await news.wait()
        return response

    def _tell(self, kind: str, plural: str, body: Object) -> None:
        self.history.append((self.revision, kind, plural, body))
        self._wake()

    def _wake(self) -> None:
        self._news.set()
        self._news = asyncio.Event()


def status(code: int, reason: str, message: str, **headers: str) -> web.Response:
    body = {
        "kind": "Status",
        "apiVersion": "v1",
        "status": "Failure",
        "reason": reason,
        "message": message,
        "code": code,
    }
    return web.json_response(body, status=code, headers=headers)


def event(kind: str, body: Object) -> bytes:
    return json.dumps({"type": kind, "object": body}).encode() + b"\n"


def ready_condition(kind: str = "Ready") -> Object:
    return {"type": kind, "status": "True", "lastTransitionTime": stamp()}


def stamp() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def selects(selector: str, body: Object) -> bool:
    labels = body["metadata"].get("labels") or {}
    terms = [term.partition("=") for term in selector.split(",") if term]
    return all(labels.get(key) == value if sign else key in labels for key, sign, value in terms)


@asynccontextmanager
async def served(api: FakeApi, tls: ssl.SSLContext | None = None) -> AsyncIterator[str]:
    """Serve on a free port of the loopback; the URL."""
    runner = web.AppRunner(_application(api), access_log=None, shutdown_timeout=0.01)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0, ssl_context=tls)
    await site.start()
    port = runner.addresses[0][1]
    try:
        yield f"{'https' if tls else 'http'}://127.0.0.1:{port}"
    finally:
        api.end_watches()
        with suppress(TimeoutError):
            await asyncio.wait_for(runner.cleanup(), 5)


def _application(api: FakeApi) -> web.Application:
    application = web.Application()
    application.router.add_route("*", "/{tail:.*}", api.handle)
    return application
