import pytest

from plimsoll.kernel import FifoResource, Kernel, Request
from plimsoll.kernel.processes import Script


def test_servers_are_granted_in_the_order_of_requests() -> None:
    kernel = Kernel()
    servers = FifoResource(kernel, 2)
    log: list[tuple[float, int]] = []

    def customer(number: int) -> Script:
        with servers.request() as server:
            yield server
            log.append((kernel.now, number))
            yield 10.0

    for number in range(5):
        kernel.spawn(customer(number))
    kernel.run()

    assert log == [(0, 0), (0, 1), (10, 2), (10, 3), (20, 4)]
    assert (servers.busy, servers.waiting) == (0, 0)


def test_busy_and_waiting_count_servers_and_queue() -> None:
    servers = FifoResource(Kernel(), 2)
    requests = [servers.request() for _ in range(5)]

    assert (servers.busy, servers.waiting) == (2, 3)
    servers.release(requests[0])
    assert (servers.busy, servers.waiting) == (2, 2)
    assert [request.happened for request in requests] == [True, True, True, False, False]


def test_a_request_that_still_waits_may_leave_the_queue() -> None:
    servers = FifoResource(Kernel(), 1)
    served, impatient, patient = (servers.request() for _ in range(3))

    servers.release(impatient)
    servers.release(served)

    assert not impatient.happened
    assert patient.happened
    assert (servers.busy, servers.waiting) == (1, 0)


def test_a_cancelled_process_gives_its_server_or_its_place_back() -> None:
    kernel = Kernel()
    servers = FifoResource(kernel, 1)
    log: list[tuple[float, str]] = []

    def customer(name: str) -> Script:
        with servers.request() as server:
            yield server
            log.append((kernel.now, name))
            yield 10.0

    serving, waiting, _ = [kernel.spawn(customer(name)) for name in ("first", "second", "third")]
    kernel.after(1, waiting.cancel)
    kernel.after(2, serving.cancel)
    kernel.run()

    assert log == [(0, "first"), (2, "third")]
    assert (servers.busy, servers.waiting) == (0, 0)


def test_a_server_can_be_asked_for_without_a_process() -> None:
    kernel = Kernel()
    servers = FifoResource(kernel, 1)
    log: list[tuple[float, Request]] = []
    first, second = servers.request(), servers.request()
    second.add_callback(lambda granted: log.append((kernel.now, granted)))
    kernel.after(3, servers.release, first)

    kernel.run()

    assert log == [(3, second)]


def test_a_server_is_given_back_only_once() -> None:
    servers = FifoResource(Kernel(), 1)
    request = servers.request()
    servers.release(request)

    with pytest.raises(ValueError, match="given back already"):
        servers.release(request)
    assert servers.busy == 0


def test_a_resource_needs_a_server() -> None:
    with pytest.raises(ValueError, match="0 servers"):
        FifoResource(Kernel(), 0)
