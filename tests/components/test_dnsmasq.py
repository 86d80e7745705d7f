"""The model's rules about dnsmasq against the real one."""

from __future__ import annotations

import shutil
from contextlib import ExitStack

import pytest

from plimsoll.simcluster.dns.answering import Upstream, steady_state
from plimsoll.simcluster.dns.caching import Asked
from plimsoll.simcluster.dns.searchpath import Try
from plimsoll.simcluster.dns.wording import FORWARDS_EXCEEDED
from plimsoll.simcluster.profile import load_profile
from tests.components.dnsmasq import AAAA, NOERROR, NXDOMAIN, REFUSED, A, code, running

DNSMASQ = shutil.which("dnsmasq", path="/usr/sbin:/usr/local/sbin:/usr/bin") or ""

pytestmark = pytest.mark.skipif(not DNSMASQ, reason="dnsmasq is not installed: sudo apt-get install dnsmasq-base")

SLOTS = 20


def test_with_n_forwards_unanswered_the_next_query_is_refused_and_the_log_says_so() -> None:
    with running(DNSMASQ, "silent", f"--dns-forward-max={SLOTS}") as dnsmasq, ExitStack() as clients:
        for number in range(SLOTS):
            clients.enter_context(dnsmasq.send(f"name-{number}.example.com"))
        assert code(dnsmasq.ask("one-more.example.com")) == REFUSED
        assert len(set(dnsmasq.upstream.received(SLOTS))) == SLOTS
        assert FORWARDS_EXCEEDED.format(most=SLOTS) in dnsmasq.stop()


def test_a_query_that_needs_no_forward_is_answered_although_all_slots_are_taken() -> None:
    with running(DNSMASQ, "silent", f"--dns-forward-max={SLOTS}") as dnsmasq, ExitStack() as clients:
        for number in range(2 * SLOTS):
            clients.enter_context(dnsmasq.send(f"name-{number}.example.com"))
        assert code(dnsmasq.ask("ready.test")) == NOERROR


def test_the_model_refuses_what_the_real_one_does_when_nobody_answers() -> None:
    settings = load_profile("kubernetes-1.6", {"dns.forwardMax": SLOTS}).dns
    state = steady_state(settings, {Try("upstream", exists=True): Asked(1000.0, 1e9)}, Upstream(1.0, 1.0), 1, 0)
    carried_in_ten_seconds = (1000.0 - state.refused_per_second) * settings.forward_timeout_seconds
    assert carried_in_ten_seconds == pytest.approx(SLOTS, rel=0.01)


@pytest.mark.parametrize(
    ("options", "forwarded"), [(("--no-negcache",), 5), ((), 1)], ids=["no-negcache", "negative cache"]
)
def test_without_a_negative_cache_every_denial_is_forwarded(options: tuple[str, ...], forwarded: int) -> None:
    with running(DNSMASQ, "denying", *options) as dnsmasq:
        assert [code(dnsmasq.ask("www.example.com.svc.cluster.local")) for _ in range(5)] == [NXDOMAIN] * 5
        assert len(dnsmasq.upstream.queries) == forwarded


def test_without_a_negative_cache_an_absent_aaaa_record_is_forwarded_each_time_although_the_name_is_cached() -> None:
    with running(DNSMASQ, "answering", "--no-negcache") as dnsmasq:
        for record in (A, A, A, AAAA, AAAA, AAAA):
            assert code(dnsmasq.ask("db.shop.svc.cluster.local", record)) == NOERROR
        assert len(dnsmasq.upstream.queries) == 1 + 3


@pytest.mark.parametrize(("size", "forwarded"), [(1000, 300), (0, 600)])
def test_what_the_cache_holds_is_not_forwarded_again(size: int, forwarded: int) -> None:
    with running(DNSMASQ, "answering", f"--cache-size={size}") as dnsmasq:
        for _ in range(2):
            for number in range(300):
                dnsmasq.ask(f"name-{number}.example.com")
        assert len(dnsmasq.upstream.queries) == forwarded


def test_a_cache_too_small_for_names_asked_for_in_turn_forgets_each_before_it_is_asked_for_again() -> None:
    with running(DNSMASQ, "answering", "--cache-size=100") as dnsmasq:
        for _ in range(2):
            for number in range(300):
                dnsmasq.ask(f"name-{number}.example.com")
        assert len(dnsmasq.upstream.queries) > 500
