"""Connections that are cut, servers that are killed, and clients that try again: nothing happens twice."""

from __future__ import annotations

import base64
import http.client
import json
import random
import signal
import socket
import ssl
import struct
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import yaml

from plimsoll.serve.composition import changed_spec, compose
from plimsoll.telemetry import NullTelemetry
from tests.robustness.servers import PATIENCE_SECONDS, Server, running

CONFIG_MAPS = "/api/v1/namespaces/default/configmaps"
ERRORS = {"kind": "apiErrors", "at": "2s", "for": "10h", "fraction": 0.3, "code": 503}


def post(server: Server, name: str, chance: random.Random) -> int:
    """Create a config map through a connection that may be cut at any moment: the code, 0 where none was heard."""
    body = json.dumps({"metadata": {"name": name}}).encode()
    kind = "Content-Type: application/json"
    whole = server.head("POST", CONFIG_MAPS, kind, f"Content-Length: {len(body)}", "Connection: close") + body
    connection = server.connect()
    try:
        if chance.random() < 0.3:  # cut while the request is being sent
            connection.sendall(whole[: chance.randrange(len(whole))])
            return 0
        connection.sendall(whole)
        if chance.random() < 0.5:  # cut while it is being served
            return 0
        return int(connection.recv(1 << 16).split()[1])
    finally:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        connection.close()


def test_creations_through_connections_that_are_cut_and_a_server_that_fails_happen_once() -> None:
    chance = random.Random(1)
    names = [f"once-{number}" for number in range(60)]
    spec = changed_spec(None, {"nodes": 1, "faults": [ERRORS]})
    cluster = compose(spec, seed=1, telemetry=NullTelemetry(), epoch_seconds=1.7e9)
    with running(cluster) as server:
        created: Counter[str] = Counter()
        server.run(lambda: listen(server, created))
        heard: dict[str, list[int]] = {name: [] for name in names}
        for name in names:
            while not {201, 409} & set(heard[name]):
                heard[name].append(post(server, name, chance))
        present = server.run(lambda: [value["metadata"]["name"] for value in stored(server)])
    assert sorted(name for name in present if name.startswith("once-")) == sorted(names)
    assert {name: created[name] for name in names} == dict.fromkeys(names, 1)
    codes = Counter(code for answers in heard.values() for code in answers)
    assert {0, 201} <= set(codes) <= {0, 201, 409, 503}
    for answers in heard.values():  # who is told that it is there already has been cut off before
        assert answers[-1] == 201 or 0 in answers[:-1]


def stored(server: Server) -> Any:
    collections = server.served.cluster.store.collections()
    return next(found for found in collections if found.resource.plural == "configmaps")


def listen(server: Server, created: Counter[str]) -> None:
    def count(change: Any) -> None:
        created[change.object["metadata"]["name"]] += change.type == "ADDED"

    stored(server).indexers.append(count)


@contextmanager
def process(kubeconfig: Path, port: int) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-m", "plimsoll", "serve", "--nodes", "1", "--output", "json"]
    with subprocess.Popen(
        [*command, "--port", str(port), "--kubeconfig", str(kubeconfig)], stdout=subprocess.PIPE, text=True
    ) as started:
        try:
            yield started
        finally:
            started.kill()


def port_of(started: subprocess.Popen[str]) -> int:
    """Wait until a server is ready."""
    assert started.stdout is not None
    said = ""
    while not said.rstrip().endswith("}"):
        said += started.stdout.readline()
    return int(json.loads(said)["server"].rpartition(":")[2])


def client(kubeconfig: Path) -> tuple[http.client.HTTPSConnection, dict[str, str]]:
    """A connection as a kubeconfig describes it, and the headers of its user."""
    config = yaml.safe_load(kubeconfig.read_text())
    where, who = config["clusters"][0]["cluster"], config["users"][0]["user"]
    authority = base64.b64decode(where["certificate-authority-data"]).decode()
    host, _, port = where["server"].removeprefix("https://").partition(":")
    context = ssl.create_default_context(cadata=authority)
    connection = http.client.HTTPSConnection(host, int(port), timeout=PATIENCE_SECONDS, context=context)
    return connection, {"Authorization": f"Bearer {who['token']}", "Content-Type": "application/json"}


BROKEN = (OSError, http.client.HTTPException)


def create(connection: http.client.HTTPSConnection, who: dict[str, str]) -> int:
    connection.request("POST", CONFIG_MAPS, json.dumps({"metadata": {"name": "survivor"}}), who)
    answer = connection.getresponse()
    answer.read()
    return answer.status


def read_to_the_end(watch: http.client.HTTPResponse) -> None:
    """Read events; without a last chunk, the end is an error."""
    while watch.readline():
        pass
    raise http.client.IncompleteRead(b"")


def test_a_server_that_was_killed_comes_back_on_its_port_and_clients_that_read_their_kubeconfig_go_on(
    tmp_path: Path,
) -> None:
    kubeconfig = tmp_path / "kubeconfig"
    with process(kubeconfig, 0) as first:
        port = port_of(first)
        watching, who = client(kubeconfig)
        asking, _ = client(kubeconfig)
        assert create(asking, who) == 201
        watching.request("GET", f"{CONFIG_MAPS}?watch=1", headers=who)
        watch = watching.getresponse()
        assert watch.readline()
        first.send_signal(signal.SIGKILL)
        first.wait()
        with pytest.raises(BROKEN):
            read_to_the_end(watch)
        with pytest.raises(BROKEN):
            create(asking, who)
        with process(kubeconfig, port) as second:
            assert port_of(second) == port
            asking.close()
            with pytest.raises(ssl.SSLError):  # another cluster, with another authority
                create(asking, who)
            again, who = client(kubeconfig)
            assert create(again, who) == 201
    watch.close()
    for connection in (watching, asking, again):
        connection.close()
