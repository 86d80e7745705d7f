"""What workers and their leader say to each other arrives as it was meant."""

from __future__ import annotations

from plimsoll.driver.tally import GivenUp, Tally
from plimsoll.experiment.remote.workers.messages import (
    Order,
    Progress,
    Task,
    add,
    encode,
    read_order,
    read_progress,
    read_task,
    take,
)
from plimsoll.telemetry import RequestRow


def test_an_order_and_a_task_arrive() -> None:
    order = Order({"name": "a"}, "run-1", 0, 2, "there", None, 10, None, 1, 12.5, "1.0")
    assert read_order(encode(order)) == order
    assert read_task(encode(Task(3, ("theirs",)))) == Task(3, ("theirs",))


def test_progress_arrives_and_is_counted_once() -> None:
    tally = Tally()
    tally.created["Pod"] += 3
    tally.given_up[GivenUp("create", "Pod", "Forbidden")] += 1
    tally.retries = 2
    row = RequestRow(0.0, 1.0, "driver", "POST", "pods", 201, "latency", 7, 3, 0.5)
    progress = Progress(sent=4, over=True, foreign=("theirs",), requests=(row,), **take(tally))
    heard = read_progress(encode(progress))
    assert heard.requests == (row,)
    assert take(tally) == {"created": {}, "existing": {}, "given_up": (), "retries": 0}
    add(tally, heard)
    assert (tally.created["Pod"], tally.failures, tally.retries) == (3, 1, 2)
