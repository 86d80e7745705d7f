"""What a reader should know before trusting the numbers, or look at first. Causes are for `diagnosis` to name."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from typing import TYPE_CHECKING

from plimsoll.archive.manifest import RunStatus
from plimsoll.measurement import wording

if TYPE_CHECKING:
    from plimsoll.measurement.summary import Measurements

THROTTLE_WORTH_A_WORD_SECONDS = 1.0  # from here on client-go logs it at level 2 as well
LAG_WORTH_A_WORD_SECONDS = 10.0
TRANSFER_TOLERANCE = 0.10

_ENDINGS = {
    RunStatus.RUNNING: "The run is still going on",
    RunStatus.INTERRUPTED: "The run was interrupted",
    RunStatus.FAILED: "The run could not go on",
    RunStatus.KILLED: "The run's process was killed",
}


def warnings(status: RunStatus, measured: Measurements) -> tuple[str, ...]:
    """Sentences for the reader, the gravest first."""
    sources = (_missing_pods, _throttling, _lag, _failures, _little, _transfer)
    return tuple(chain(_unfinished(status), *(source(measured) for source in sources)))


def _unfinished(status: RunStatus) -> Iterator[str]:
    if status is not RunStatus.COMPLETE:
        yield f"{_ENDINGS[status]}: these are the numbers of what it recorded."


def _missing_pods(measured: Measurements) -> Iterator[str]:
    pods = measured.pods
    missing = max(pods.wanted, pods.created) - pods.running
    if missing > 0:
        yield f"{missing:,} of {max(pods.wanted, pods.created):,} pods were never seen Running."
    if pods.failed:
        yield f"{pods.failed:,} {'pod' if pods.failed == 1 else 'pods'} failed."


def _throttling(measured: Measurements) -> Iterator[str]:
    for client in measured.traffic.clients:
        if client.throttle and client.throttle.max >= THROTTLE_WORTH_A_WORD_SECONDS:
            yield (
                f"{client.client} waited up to {wording.seconds(client.throttle.max)} at its own rate limiter; "
                f"{client.throttle.count:,} of {client.requests:,} requests had to wait."
            )


def _lag(measured: Measurements) -> Iterator[str]:
    lag = measured.latencies.get("podStatusLag")
    if lag and lag.p99 >= LAG_WORTH_A_WORD_SECONDS:
        yield f"1 % of the pods ran on their node for {wording.seconds(lag.p99)} or more before the API said so."


def _failures(measured: Measurements) -> Iterator[str]:
    for client in measured.traffic.clients:
        if client.failures:
            yield (
                f"{client.failures:,} of {client.requests:,} requests of {client.client} were refused or failed "
                "(429 or 5xx)."
            )


def _little(measured: Measurements) -> Iterator[str]:
    little = measured.little
    if little and not little.agrees:
        yield (
            f"Little's law is off: {wording.rate(little.mean_inside)} pods were seen in ContainerCreating on average, "
            f"but arrivals and stays make it {wording.rate(little.expected_inside)}. "
            "What the API shows is not what the nodes do."
        )


def _transfer(measured: Measurements) -> Iterator[str]:
    transfer = measured.transfer
    expected = transfer.expected_megabits_per_node if transfer and transfer.is_steady else None
    if transfer and expected and abs(transfer.mean / expected - 1) > TRANSFER_TOLERANCE:
        yield (
            f"Nodes sent {wording.rate(transfer.mean)} Mb/s each on average; "
            f"the clients' rates make it {wording.rate(expected)}."
        )
