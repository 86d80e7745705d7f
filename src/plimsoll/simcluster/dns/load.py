"""From look-ups to the queries that each server gets."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, NamedTuple

from plimsoll.simcluster.dns.caching import Asked
from plimsoll.simcluster.dns.searchpath import NAME_KINDS, NameKind, Try, tries

if TYPE_CHECKING:
    from plimsoll.simcluster.demands import DnsLookups
    from plimsoll.simcluster.dns.answering import Answer


_DIGITS = 6
"""So that a load under which resolvers try again comes to rest."""


class Lookups(NamedTuple):
    """Look-ups of one kind of name, all alike."""

    kind: NameKind
    per_second: float
    names: float
    """Different names that are looked up."""
    ndots: int
    host_domains: int
    dual_stack: bool

    @property
    def plan(self) -> tuple[Try, ...]:
        """What each asks for until it has found its name."""
        return tries(self.kind, self.ndots, self.host_domains)


def lookups_of(demand: DnsLookups, running_pods: int) -> list[Lookups]:
    """What a demand asks for while so many pods run, by kind of name."""
    per_second = demand.per_second + demand.per_pod_per_second * running_pods
    weights = (demand.same_namespace, demand.other_namespace, demand.external, demand.absolute)
    shares = [weight / sum(weights) for weight in weights]
    return [
        Lookups(
            kind,
            per_second * share,
            demand.distinct_names * share,
            demand.ndots,
            demand.host_domains,
            demand.dual_stack,
        )
        for kind, share in zip(NAME_KINDS, shares, strict=True)
        if share and per_second
    ]


def queries(streams: Iterable[Lookups]) -> dict[Try, Asked]:
    """The queries of these look-ups if all are answered: for each try an A and an AAAA record."""
    asked: dict[Try, Asked] = {}
    for lookups in streams:
        for step in lookups.plan:
            for record in (step, Try(step.zone, step.exists and lookups.dual_stack)):
                before = asked.get(record, Asked(0.0, 0.0))
                asked[record] = Asked(before.per_second + lookups.per_second, before.records + lookups.names)
    return asked


def with_retries(asked: Mapping[Try, Asked], answers: Mapping[Try, Answer], attempts: int) -> dict[Try, Asked]:
    """The same with what resolvers ask again because these answers did not come.

    An upper bound, as a look-up that gives up on one name does not ask for the others.
    """
    repeated: dict[Try, Asked] = {}
    for kind, one in asked.items():
        answer = answers.get(kind)
        failing = round(min(1.0, answer.refused + answer.lost), _DIGITS) if answer else 0.0
        factor = sum(failing**attempt for attempt in range(attempts))
        repeated[kind] = Asked(one.per_second * factor, one.records)
    return repeated


def shared(asked: Mapping[Try, Asked], servers: int) -> dict[Try, Asked]:
    """What one of so many servers gets: kube-proxy spreads packets evenly, so each is asked for every name."""
    return {kind: Asked(one.per_second / servers, one.records) for kind, one in asked.items()}
