from __future__ import annotations

import asyncio
import json
import ssl
import threading
from collections.abc import Iterator
from typing import Any
from urllib.request import Request, urlopen

import pytest
import yaml

from plimsoll.errors import InputError
from plimsoll.testing import Server, served

POD = {
    "apiVersion": "v1",
    "kind": "Pod",
    "metadata": {"name": "web"},
    "spec": {"containers": [{"name": "c", "image": "registry.example/web:1"}]},
}


@pytest.fixture
def standing() -> Iterator[Server]:
    with served(rate=0.0, profile="kubernetes-1.36") as server:
        yield server


def fetch(server: Server, path: str) -> Any:
    request = Request(server.url + path, headers={"Authorization": f"Bearer {server.token}"})  # noqa: S310 - its own URL
    with urlopen(request, context=ssl.create_default_context(cafile=server.ca_file), timeout=60) as answer:  # noqa: S310
        return json.load(answer)


def test_a_server_is_reached_with_its_url_token_and_authority(standing: Server) -> None:
    assert [node["metadata"]["name"] for node in fetch(standing, "/api/v1/nodes")["items"]] == [
        "worker-0",
        "worker-1",
        "worker-2",
    ]


def test_the_kubeconfig_says_the_same_and_goes_with_the_server() -> None:
    with served() as server:
        config = yaml.safe_load(server.kubeconfig.read_text(encoding="utf-8"))
        assert config["clusters"][0]["cluster"]["server"] == server.url
        assert config["users"][0]["user"]["token"] == server.token
        assert server.kubeconfig.stat().st_mode & 0o777 == 0o600
    assert not server.kubeconfig.exists()


def test_requests_are_answered_while_time_stands_still(standing: Server) -> None:
    standing.create(POD)
    before = standing.now

    assert fetch(standing, "/api/v1/namespaces/default/pods/web")["status"]["phase"] == "Pending"
    assert standing.now == before


def test_the_test_moves_the_time_of_a_server(standing: Server) -> None:
    before = standing.now
    standing.create(POD)
    standing.advance(seconds=60)

    assert standing.now == before + 60
    assert fetch(standing, "/api/v1/namespaces/default/pods/web")["status"]["phase"] == "Running"


def test_until_stops_a_standing_server_at_the_change_that_it_waits_for(standing: Server) -> None:
    standing.create(POD)

    standing.until(lambda: fetch(standing, "/api/v1/namespaces/default/pods/web")["spec"].get("nodeName"))

    assert standing.get("pod", "web")["status"]["phase"] == "Pending"
    assert standing.now < 5


def test_until_gives_up_after_the_clusters_time(standing: Server) -> None:
    before = standing.now

    with pytest.raises(TimeoutError):
        standing.until(lambda: False, timeout_seconds=3)

    assert standing.now == before + 3


def test_a_paced_server_moves_by_itself_and_can_be_made_faster() -> None:
    with served(rate=1.0, profile="kubernetes-1.36") as server:
        server.rate = 1000.0
        server.create(POD)

        server.until(lambda: server.is_ready("pod", "web"), timeout_seconds=3000)

        assert server.rate == 1000.0


def test_a_server_takes_what_clients_do_while_it_waits(standing: Server) -> None:
    client = threading.Thread(target=standing.create, args=(POD,))
    client.start()

    standing.until(lambda: standing.is_ready("pod", "web"))

    client.join()


def test_a_node_of_a_server_can_be_lost(standing: Server) -> None:
    standing.create(POD)
    standing.until(lambda: standing.is_ready("pod", "web"))
    standing.lose_node(standing.get("pod", "web")["spec"]["nodeName"])

    standing.advance(seconds=400)

    assert standing.get("pod", "web")["metadata"]["deletionTimestamp"]


def test_watches_are_recorded_on_a_server(standing: Server) -> None:
    with standing.watching("pods") as changes:
        standing.create(POD)
        standing.advance(seconds=10)
    assert changes[0].type == "ADDED"


def test_several_servers_live_side_by_side() -> None:
    with served(nodes=1) as first, served(nodes=2) as second:
        assert first.port != second.port
        assert [len(fetch(server, "/api/v1/nodes")["items"]) for server in (first, second)] == [1, 2]


def test_a_server_can_be_used_from_asyncio(standing: Server) -> None:
    async def main() -> None:
        standing.create(POD)
        await asyncio.to_thread(standing.until, lambda: standing.is_ready("pod", "web"))

    asyncio.run(main())


def test_a_server_that_cannot_be_is_refused_in_the_tests_own_thread() -> None:
    with pytest.raises(InputError, match="profile"), served(profile="nonsense"):
        pass
    assert not any(thread.name == "plimsoll-server" for thread in threading.enumerate())
