"""``pods/log``: what a container wrote, from where it is kept.

Checks and messages are those of kube-apiserver (registry/core/pod/strategy.go, LogLocation) and of the kubelet that it
asks (kubelet_pods.go, validateContainerLogStatus).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Protocol

from plimsoll.apimachinery.validation.fielderrors import FieldError, forbidden, invalid, invalid_value
from plimsoll.errors import ApiError
from plimsoll.kube.resources import PODS, Resource
from plimsoll.kube.timestamps import parse_rfc3339
from plimsoll.serve.processes.logs import LogQuery, shown
from plimsoll.serve.responses import NO_CACHE, TEXT_TYPE, Response
from plimsoll.serve.simulatedlogs import SimulatedLogs

if TYPE_CHECKING:
    import asyncio

    from plimsoll.kube.resources import Object
    from plimsoll.serve.exchange import Exchange, Send, Stream
    from plimsoll.serve.protocol import Connection
    from plimsoll.simcluster.assembly import SimulatedCluster


class Log(Protocol):
    """What one container wrote, and will."""

    @property
    def closed(self) -> bool:
        """Whether nothing more will come."""
        ...

    def read(self, query: LogQuery) -> bytes:
        """What is there of the log."""
        ...

    def follow(self) -> asyncio.Queue[bytes | None]:
        """A queue of the lines that come from now on, with their times; None when there will be no more."""
        ...

    def forget(self, queue: asyncio.Queue[bytes | None]) -> None:
        """Nobody reads this queue any more."""
        ...


class LogSource(Protocol):
    """Where the output of containers is kept."""

    def log(self, uid: str, container: str, *, previous: bool = False) -> Log | None:
        """The log of a container of a pod, or of the one before its last restart."""
        ...


class PodLogs:
    """Serves the logs of pods, of simulated containers where there is no other source."""

    def __init__(self, cluster: SimulatedCluster, source: LogSource | None) -> None:
        self._cluster = cluster
        self._pods = cluster.store.collection(PODS)
        self._source: LogSource = source or SimulatedLogs(cluster)

    def __call__(self, exchange: Exchange) -> Response | Stream:
        """Answer a request for a log."""
        info, options = exchange.info, exchange.options
        pod = self._pods.find(info.namespace, info.name)
        if pod is None:
            raise ApiError(
                404, "NotFound", f'pods "{info.name}" not found', details={"name": info.name, "kind": "pods"}
            )
        container = _container(pod, options.get("container", ""))
        _check_options(info.name, options)
        query = _query(options, self._cluster.epoch_seconds + self._cluster.kernel.now)
        previous = options.get("previous") in {"true", "1"}
        if not pod["spec"].get("nodeName"):
            return Response(204, b"", b"")
        log = self._source.log(pod["metadata"]["uid"], container, previous=previous)
        if log is None:
            _check_started(pod, container, previous=previous)
            return Response(200, b"", TEXT_TYPE)
        if options.get("follow") in {"true", "1"} and not log.closed:
            connection: Connection = exchange.scope["extensions"]["plimsoll.connection"]
            return _Following(log, query, connection)
        return Response(200, log.read(query), TEXT_TYPE)


def _check_options(name: str, options: Mapping[str, str]) -> None:
    """422 where numbers make no sense (pkg/apis/core/validation, ValidatePodLogOptions)."""
    errors: list[FieldError] = []
    for key, least in (("tailLines", 0), ("limitBytes", 1), ("sinceSeconds", 1)):
        number = _number(options.get(key))
        if number is not None and number < least:
            errors.append(invalid_value(key, number, f"must be greater than {'or equal to 0' if not least else '0'}"))
    if options.get("sinceSeconds") and options.get("sinceTime"):
        errors.append(forbidden("", "at most one of `sinceTime` or `sinceSeconds` may be specified"))
    if errors:
        raise invalid(Resource("", "v1", "", "PodLogOptions"), name, errors)


def _query(options: Mapping[str, str], now_unix_seconds: float) -> LogQuery:
    tail, limit, since = (_number(options.get(name)) for name in ("tailLines", "limitBytes", "sinceSeconds"))
    since_time = options.get("sinceTime")
    since_unix_seconds = _moment(since_time) if since_time else None
    if since is not None:
        since_unix_seconds = now_unix_seconds - since
    return LogQuery(tail, since_unix_seconds, options.get("timestamps") in {"true", "1"}, limit)


def _moment(text: str) -> float:
    seconds = parse_rfc3339(text)
    if seconds is None:
        message = f'parsing time "{text}" as "2006-01-02T15:04:05Z07:00": cannot parse "{text}" as "2006"'
        raise ApiError(400, "BadRequest", message)
    return seconds


def _number(text: str | None) -> int | None:
    if not text:
        return None
    try:
        return int(text)
    except ValueError as error:
        raise ApiError(400, "BadRequest", f'strconv.ParseInt: parsing "{text}": invalid syntax') from error


def _container(pod: Object, wish: str) -> str:
    """The container that is meant; 400 where none is, or there is no such one."""
    name = pod["metadata"]["name"]
    main = [container["name"] for container in pod["spec"]["containers"]]
    init = [container["name"] for container in pod["spec"].get("initContainers", ())]
    if not wish and len(main) == 1 and not init:
        return str(main[0])
    if not wish:
        choices = f"choose one of: [{' '.join(main)}]"
        also = f" or one of the init containers: [{' '.join(init)}]" if init else ""
        raise ApiError(400, "BadRequest", f"a container name must be specified for pod {name}, {choices}{also}")
    if wish not in main + init:
        raise ApiError(400, "BadRequest", f"container {wish} is not valid for pod {name}")
    return wish


def _check_started(pod: Object, container: str, *, previous: bool) -> None:
    name, status = pod["metadata"]["name"], pod.get("status", {})
    if previous:
        message = f'previous terminated container "{container}" in pod "{name}" not found'
        raise ApiError(400, "BadRequest", message)
    known = (*status.get("containerStatuses", ()), *status.get("initContainerStatuses", ()))
    state: Object = next((each["state"] for each in known if each["name"] == container), {"waiting": {}})
    if "waiting" in state:
        reason = state["waiting"].get("reason", "ContainerCreating")
        raise ApiError(400, "BadRequest", f'container "{container}" in pod "{name}" is waiting to start: {reason}')


class _Following:
    """A log that goes on until the container ends or the client goes."""

    def __init__(self, log: Log, query: LogQuery, connection: Connection) -> None:
        self._log = log
        self._query = query
        self._connection = connection
        self._lines = log.follow()
        self._first = log.read(query)

    async def run(self, send: Send) -> None:
        """Send what there is, then each line as it comes."""
        lines = self._lines
        self._connection.on_lost.append(self._end)
        if self._connection.is_lost:  # while the request was being served
            self._end()
        try:
            await send(
                {"type": "http.response.start", "status": 200, "headers": [(b"content-type", TEXT_TYPE), NO_CACHE]}
            )
            await send({"type": "http.response.body", "body": self._first, "more_body": True})
            while (line := await lines.get()) is not None:
                await send({"type": "http.response.body", "body": shown(line, self._query), "more_body": True})
            await send({"type": "http.response.body", "body": b"", "more_body": False})
        finally:
            self._log.forget(lines)
            if self._end in self._connection.on_lost:
                self._connection.on_lost.remove(self._end)

    def _end(self) -> None:
        self._lines.put_nowait(None)
