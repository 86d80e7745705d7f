"""A component's client of the API server: its limiter, its retries, its accounting, its log lines.

The path of a request: limiter (a token bucket that reserves ahead, first come first served, no priorities), arrival at
the API server, service, answer. A request takes effect where its answer is due: the caller's ``done`` runs at that
moment and does to the store what the request asked for. WATCH requests pass no limiter (client-go, rest/request.go).
"""

from __future__ import annotations

from collections.abc import Callable
from copy import copy
from functools import partial
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from plimsoll.errors import ApiError
from plimsoll.kernel import TokenBucket
from plimsoll.simcluster.apiserver import NO_SEAT, TOO_MANY_REQUESTS, Refusal

if TYPE_CHECKING:
    from plimsoll.kernel import Kernel
    from plimsoll.simcluster.api import Api
    from plimsoll.simcluster.apiserver import ApiServer, RequestCost
    from plimsoll.simcluster.metering import Meter, Metering
    from plimsoll.simcluster.settings import LoggingSettings
    from plimsoll.telemetry import Telemetry

MAX_RETRIES = 10
"""Times that client-go repeats a request that was answered with a Retry-After (rest/with_retry.go)."""

COMPONENT_BACKOFF_SECONDS = 1.0
"""Where a component's own loop tries again after its client gave up: doubled each time, 30 s at most."""

MAX_COMPONENT_BACKOFF_SECONDS = 30.0

Failed = Callable[[ApiError], None]


class RequestKind:
    """Requests of one client that are alike: the same verb and resource."""

    __slots__ = ("cost", "limited", "meter", "resource", "sent", "verb", "waited_seconds")

    def __init__(self, verb: str, resource: str, cost: RequestCost, meter: Meter) -> None:
        self.verb = verb
        self.resource = resource
        self.cost = cost
        self.meter = meter
        self.limited = verb != "WATCH"
        self.sent = 0
        """Requests that have left the client, repetitions among them."""
        self.waited_seconds = 0.0
        """What those that have left had waited at the limiter, taken together."""


class ClientEnvironment:
    """What the clients of one cluster share."""

    def __init__(
        self, kernel: Kernel, server: ApiServer, metering: Metering, logging: LoggingSettings, telemetry: Telemetry
    ) -> None:
        self.kernel = kernel
        self.server = server
        self.metering = metering
        self.logging = logging
        self.telemetry = telemetry
        self.event_store: Api | None = None
        """Where events are kept as objects; None where they are only counted."""
        self.clients: list[Client] | None = None
        """Where the clients of one process are listed, whose waits it shows as one metric; None where nobody asks."""

    def of_process(self, clients: list[Client]) -> ClientEnvironment:
        """The same surroundings for the clients of one process, each of which is added to the list when it is made."""
        process = copy(self)
        process.clients = clients
        return process


class Client:
    """One clientset.

    ``role`` is what it is accounted under; ``instance`` tells clients of one role apart in logs. Without ``retries``
    refusals are not dealt with here but go to the ``failed`` of each call; of one that does not ``persevere`` they do
    so when its retries are used up.
    """

    def __init__(
        self,
        environment: ClientEnvironment,
        role: str,
        instance: str = "",
        *,
        qps: float = 0.0,
        burst: int = 0,
        log_verbosity: int = 2,
        retries: bool = True,
        perseveres: bool = True,
    ) -> None:
        self.role = role
        self.instance = instance
        self.gave_up = 0
        self.worst_wait_seconds = 0.0
        self.kinds: list[RequestKind] = []
        self._environment = environment
        self._kernel = environment.kernel
        self._server = environment.server
        self._bucket = TokenBucket(qps, burst) if qps > 0 else None
        self._retries = retries
        self._perseveres = perseveres
        self._log_rules = [
            rule for rule in environment.logging.throttle if rule.verbosity <= log_verbosity < rule.below_verbosity
        ]
        self._log_after_seconds = min((rule.over_seconds for rule in self._log_rules), default=float("inf"))
        self._logged_seconds = [float("-inf")] * len(self._log_rules)
        if environment.clients is not None:
            environment.clients.append(self)

    def kind(self, verb: str, resource: str) -> RequestKind:
        """Prepare requests of a kind; hold on to it."""
        meter = self._environment.metering.meter(self.role, verb, resource, 201 if verb == "POST" else 200)
        kind = RequestKind(verb, resource, self._server.cost(verb, resource, self.role, self.instance), meter)
        self.kinds.append(kind)
        return kind

    def call(
        self,
        kind: RequestKind,
        done: Callable[..., None],
        *args: Any,
        failed: Failed | None = None,
        count: int = 1,
        in_turn: bool = False,
    ) -> None:
        """Make ``count`` like requests, at once or one after the other (``in_turn``).

        When the last is answered ``done(*args)`` does what they asked for. It may raise ``ApiError``, which is then
        the answer, and goes to ``failed``. Where the API server does not even take a request in, the client retries as
        client-go does; where it gives up, the request is made anew after a back-off, as every controller's and
        kubelet's loop ends up doing.
        """
        bucket = self._bucket
        if bucket is not None and kind.limited:
            wait = _reserve(bucket, self._kernel.now, count) if count > 1 else bucket.reserve(self._kernel.now)
            if wait > 0.0:
                self._hold_back(_Call(kind, done, args, failed, count, in_turn=in_turn), wait)
                return
        refusal = self._send(kind, done, args, failed, count, in_turn, 0.0)
        if refusal is not None:
            self._refused(_Call(kind, done, args, failed, count, in_turn=in_turn), refusal)

    def post(self, kind: RequestKind, count: int = 1) -> None:
        """Make requests whose answer nobody waits for, such as events."""
        self.call(kind, _nothing, count=count)

    def limiter_waits(self, but_verb: str = "") -> tuple[int, float]:
        """How many requests the limiter has let through so far, and the seconds for which all of them waited."""
        if self._bucket is None:
            return 0, 0.0
        limited = [kind for kind in self.kinds if kind.limited and kind.verb != but_verb]
        return sum(kind.sent for kind in limited), sum(kind.waited_seconds for kind in limited)

    def take_worst_wait(self) -> float:
        """The longest wait at the limiter since this was last asked, in seconds."""
        worst, self.worst_wait_seconds = self.worst_wait_seconds, 0.0
        return worst

    def _limit(self, call: _Call) -> None:
        """Send a call again, which costs tokens again."""
        bucket = self._bucket
        wait = 0.0
        if bucket is not None and call.kind.limited:
            wait = _reserve(bucket, self._kernel.now, call.count)
        if wait > 0.0:
            self._hold_back(call, wait)
        else:
            self._arrive(call)

    def _hold_back(self, call: _Call, wait: float) -> None:
        call.throttled_seconds += wait
        if wait > self.worst_wait_seconds:
            self.worst_wait_seconds = wait
        if wait > self._log_after_seconds:
            self._log(wait, call.kind)
        self._kernel.after(wait, self._arrive, call)

    def _arrive(self, call: _Call) -> None:
        refusal = self._send(
            call.kind, call.done, call.args, call.failed, call.count, call.in_turn, call.throttled_seconds
        )
        if refusal is not None:
            self._refused(call, refusal)

    def _send(
        self,
        kind: RequestKind,
        done: Callable[..., None],
        args: tuple[Any, ...],
        failed: Failed | None,
        count: int,
        in_turn: bool,  # noqa: FBT001  the parts of a call, by place: a million times over
        throttled_seconds: float,
    ) -> Refusal | None:
        """Reach the API server: the answer will come, unless this returns a refusal."""
        kind.sent += count
        if throttled_seconds > 0.0:
            kind.waited_seconds += throttled_seconds
        now = self._kernel.now
        finish = self._server.admit(now, kind.cost, count, in_turn=in_turn)
        if isinstance(finish, Refusal):
            return finish
        latency = finish - now
        if done is _nothing:
            kind.meter.add(latency, throttled_seconds, count)
        else:
            self._kernel.after(
                latency, self._answer, kind, done, args, failed, count, in_turn, throttled_seconds, latency
            )
        return None

    def _answer(
        self,
        kind: RequestKind,
        done: Callable[..., None],
        args: tuple[Any, ...],
        failed: Failed | None,
        count: int,
        in_turn: bool,  # noqa: FBT001
        throttled_seconds: float,
        latency_seconds: float,
    ) -> None:
        """The request takes effect, and its sender goes on."""
        each_seconds = latency_seconds / count if in_turn else latency_seconds
        try:
            done(*args)
        except ApiError as error:
            if failed is None:
                raise
            meter = self._environment.metering.meter(self.role, kind.verb, kind.resource, error.code)
            meter.add(each_seconds, throttled_seconds, count)
            # an answer, not an accident: its traceback would tie this frame and who waits for it into a cycle
            failed(error.with_traceback(None))
        else:
            kind.meter.add(each_seconds, throttled_seconds, count)

    def _wait_for_seat(self, call: _Call) -> bool:
        """Queue for a seat at the API server; False where the queues are full."""
        arrived_seconds = self._kernel.now
        return self._server.queue(
            call.kind.cost,
            call.count,
            partial(self._seated, call, arrived_seconds),
            partial(self._refused, call),
            in_turn=call.in_turn,
        )

    def _seated(self, call: _Call, arrived_seconds: float, finish_seconds: float) -> None:
        """The API server has begun with a request that has waited for a seat."""
        kind, latency = call.kind, finish_seconds - arrived_seconds
        if call.done is _nothing:
            kind.meter.add(latency, call.throttled_seconds, call.count)
            return
        answer = kind, call.done, call.args, call.failed, call.count, call.in_turn, call.throttled_seconds, latency
        self._kernel.at(finish_seconds, self._answer, *answer)

    def _refused(self, call: _Call, refusal: Refusal) -> None:
        if refusal is NO_SEAT:
            if self._wait_for_seat(call):
                return
            refusal = TOO_MANY_REQUESTS
        kind = call.kind
        meter = self._environment.metering.meter(self.role, kind.verb, kind.resource, refusal.code)
        meter.add(self._server.settings.network_seconds, call.throttled_seconds, call.count)
        call.throttled_seconds = 0.0
        if not self._retries and call.failed is not None:
            call.failed(refused(refusal))
            return
        if refusal.retry_after_seconds is not None and call.retries < MAX_RETRIES:
            call.retries += 1
            self._kernel.after(refusal.retry_after_seconds, self._limit, call)
            return
        self.gave_up += call.count
        if not self._perseveres and call.failed is not None:
            call.failed(refused(refusal))
            return
        call.retries = 0
        pause = min(COMPONENT_BACKOFF_SECONDS * 2**call.rounds, MAX_COMPONENT_BACKOFF_SECONDS)
        if pause < MAX_COMPONENT_BACKOFF_SECONDS:
            call.rounds += 1
        self._kernel.after(pause, self._limit, call)

    def _log(self, wait_seconds: float, kind: RequestKind) -> None:
        environment = self._environment
        now = self._kernel.now
        for index, rule in enumerate(self._log_rules):
            if wait_seconds > rule.over_seconds and now - self._logged_seconds[index] >= rule.every_seconds:
                self._logged_seconds[index] = now
                message = environment.logging.throttle_message.format(
                    seconds=f"{wait_seconds:.3f}", verb=kind.verb, url=f"/api/v1/{kind.resource}"
                )
                environment.telemetry.log(now, self.role, self.instance, rule.verbosity, message)
                return


def _reserve(bucket: TokenBucket, now_seconds: float, tokens: int) -> float:
    """Take a token for each of several requests, which may be more than the bucket holds; returns the last one's wait."""
    burst = int(bucket.burst)
    while tokens > burst:
        bucket.reserve(now_seconds, burst)
        tokens -= burst
    return bucket.reserve(now_seconds, tokens)


def refused(refusal: Refusal) -> ApiError:
    """A refusal as the error that a client gets to see."""
    reasons = {429: "TooManyRequests", 503: "ServiceUnavailable"}
    message = "the server has received too many requests and has asked us to try again later"
    return ApiError(
        refusal.code,
        reasons.get(refusal.code, "InternalError"),
        message if refusal.code == HTTPStatus.TOO_MANY_REQUESTS else "the server could not serve the request",
        retry_after_seconds=refusal.retry_after_seconds,
    )


class _Call:
    """One request under way, or several alike that go together."""

    __slots__ = ("args", "count", "done", "failed", "in_turn", "kind", "retries", "rounds", "throttled_seconds")

    def __init__(
        self,
        kind: RequestKind,
        done: Callable[..., None],
        args: tuple[Any, ...],
        failed: Failed | None,
        count: int,
        *,
        in_turn: bool,
    ) -> None:
        self.kind = kind
        self.done = done
        self.args = args
        self.failed = failed
        self.count = count
        self.in_turn = in_turn
        self.retries = 0
        self.rounds = 0
        self.throttled_seconds = 0.0


def _nothing() -> None:
    """The answer is of no interest."""
