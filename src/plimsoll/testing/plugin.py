"""The pytest plugin: fixtures for one cluster or one server, factories for more, and the marker that says which.

Options come from the marker nearest to the test: ``@pytest.mark.plimsoll(nodes=5, profile="kubernetes-1.36")``.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from plimsoll.testing.clusters import Cluster
    from plimsoll.testing.servers import Server

MARKER = "plimsoll"
SERVER_OPTIONS = frozenset({"rate"})
"""Options that say nothing to a cluster without a server."""

_CLUSTERS = pytest.StashKey[list["Cluster"]]()


def pytest_configure(config: pytest.Config) -> None:
    """Say what the marker is for."""
    text = "the cluster of plimsoll_cluster or plimsoll_server: nodes, profile, seed, settings, faults, node, rate"
    config.addinivalue_line("markers", f"{MARKER}(**options): {text}")


@pytest.fixture
def plimsoll_cluster_factory(request: pytest.FixtureRequest) -> Iterator[Callable[..., Cluster]]:
    """Make clusters in process; options given here go before those of the marker."""
    from plimsoll.testing.clusters import cluster

    with ExitStack() as stack:

        def make(**options: Any) -> Cluster:
            wanted = {name: value for name, value in _options(request).items() if name not in SERVER_OPTIONS}
            return _noted(request, stack.enter_context(cluster(**{**wanted, **options})))

        yield make


@pytest.fixture
def plimsoll_cluster(plimsoll_cluster_factory: Callable[..., Cluster]) -> Cluster:
    """A cluster in process, which stands still unless the test moves its time."""
    return plimsoll_cluster_factory()


@pytest.fixture
def plimsoll_server_factory(request: pytest.FixtureRequest) -> Iterator[Callable[..., Server]]:
    """Serve clusters; options given here go before those of the marker."""
    from plimsoll.testing.servers import served

    with ExitStack() as stack:

        def make(**options: Any) -> Server:
            server = stack.enter_context(served(**{**_options(request), **options}))
            _noted(request, server)
            return server

        yield make


@pytest.fixture
def plimsoll_server(plimsoll_server_factory: Callable[..., Server]) -> Server:
    """A cluster behind HTTPS on a free port of the loopback address."""
    return plimsoll_server_factory()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Show beside a failure what its clusters looked like."""
    report = yield
    if report.when == "call" and report.failed:
        clusters: list[Cluster] = item.stash.get(_CLUSTERS, [])
        for number, cluster in enumerate(clusters):
            report.sections.append((f"plimsoll cluster {number}", cluster.describe()))
    return report


def _options(request: pytest.FixtureRequest) -> dict[str, Any]:
    marker = request.node.get_closest_marker(MARKER)
    if marker is None:
        return {}
    if marker.args:
        raise pytest.UsageError(f"@pytest.mark.{MARKER} takes options by name, such as nodes=5")
    return dict(marker.kwargs)


def _noted(request: pytest.FixtureRequest, cluster: Cluster) -> Cluster:
    request.node.stash.setdefault(_CLUSTERS, []).append(cluster)
    return cluster
