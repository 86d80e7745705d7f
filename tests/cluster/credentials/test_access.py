"""Each way of showing who one is, against a real TLS server."""

from __future__ import annotations

import asyncio
import base64
import json
import os
import stat
import sys
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import yaml
from aiohttp import web

from plimsoll.cluster.credentials.access import find_access
from plimsoll.cluster.credentials.steady import TokenFile
from plimsoll.cluster.http.adapter import HttpCluster
from plimsoll.cluster.http.session import Session
from plimsoll.errors import InputError, RunError
from plimsoll.kube.resources import PODS
from tests.cluster.credentials.authority import Authority
from tests.cluster.http.fake_api import FakeApi, served, status

AUTHORITY = Authority()
Settings = dict[str, Any]


@dataclass
class Server:
    """A TLS server, its kubeconfig, and what it has been shown."""

    folder: Path
    url: str
    api: FakeApi
    shown: list[dict[str, list[str]]] = field(default_factory=list)
    certificates: list[str] = field(default_factory=list)

    def kubeconfig(self, user: Settings, cluster: Settings | None = None) -> Path:
        path = self.folder / "config"
        known = {"server": self.url, "certificate-authority-data": encoded(AUTHORITY.certificate)}
        document = {
            "current-context": "test",
            "clusters": [{"name": "c", "cluster": {**known, **(cluster or {})}}],
            "users": [{"name": "u", "user": user}],
            "contexts": [{"name": "test", "context": {"cluster": "c", "user": "u"}}],
        }
        path.write_text(yaml.safe_dump(document))
        return path

    async def ask(self, path: Path, times: int = 1) -> None:
        """Ask so many times as the user of a kubeconfig."""
        access = find_access(kubeconfig=path)
        session = Session(access.endpoint, access.make_credentials(), connections=1, epoch_seconds=0.0)
        try:
            for _ in range(times):
                await HttpCluster(session).list(PODS)
        finally:
            session.close()


@asynccontextmanager
async def server(folder: Path, *names: str, refuse: Callable[[str], bool] = lambda _: False) -> AsyncIterator[Server]:
    """A server whose certificate is for these names; it answers 401 to what ``refuse`` says of an Authorization."""
    api = FakeApi()
    async with served(api, AUTHORITY.server(folder, *(names or ("127.0.0.1",)))) as url:
        made = Server(folder, url, api)

        def look(request: web.Request) -> web.StreamResponse | None:
            headers = {name: request.headers.getall(name) for name in request.headers}
            made.shown.append(headers)
            assert request.transport is not None
            peer = request.transport.get_extra_info("peercert") or {}
            subject = dict(pair for part in peer.get("subject", ()) for pair in part)
            made.certificates.append(subject.get("commonName", ""))
            if refuse(request.headers.get("Authorization", "")):
                return status(401, "Unauthorized", "Unauthorized")
            return None

        api.answers.extend([look] * 100)
        yield made


def encoded(content: bytes) -> str:
    return base64.b64encode(content).decode()


def run(main: Coroutine[Any, Any, None]) -> None:
    asyncio.run(asyncio.wait_for(main, 30))


def authorization(made: Server) -> list[str]:
    return [value for headers in made.shown for value in headers.get("Authorization", [""])]


def test_a_token_is_shown(tmp_path: Path) -> None:
    async def main() -> None:
        async with server(tmp_path) as made:
            await made.ask(made.kubeconfig({"token": "t0ken"}))
            assert authorization(made) == ["Bearer t0ken"]

    run(main())


@pytest.mark.parametrize("source", ["data", "files"])
def test_a_client_certificate_is_shown_from_data_or_from_files_beside_the_kubeconfig(
    tmp_path: Path, source: str
) -> None:
    async def main() -> None:
        async with server(tmp_path) as made:
            pair = AUTHORITY.issue("jane")
            (tmp_path / "jane.crt").write_bytes(pair.certificate)
            (tmp_path / "jane.key").write_bytes(pair.key)
            data = {"client-certificate-data": encoded(pair.certificate), "client-key-data": encoded(pair.key)}
            await made.ask(
                made.kubeconfig(
                    data if source == "data" else {"client-certificate": "jane.crt", "client-key": "jane.key"}
                )
            )
            assert made.certificates == ["jane"]

    run(main())


def test_no_copy_of_a_private_key_stays_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "scratch"))
    (tmp_path / "scratch").mkdir()

    async def main() -> None:
        async with server(tmp_path) as made:
            pair = AUTHORITY.issue("jane")
            await made.ask(
                made.kubeconfig(
                    {"client-certificate-data": encoded(pair.certificate), "client-key-data": encoded(pair.key)}
                )
            )

    run(main())
    assert list((tmp_path / "scratch").iterdir()) == []


def test_name_and_password_are_shown(tmp_path: Path) -> None:
    async def main() -> None:
        async with server(tmp_path) as made:
            await made.ask(made.kubeconfig({"username": "jane", "password": "s3cret"}))
            assert authorization(made) == ["Basic " + encoded(b"jane:s3cret")]

    run(main())


def test_whom_to_act_as_is_said_in_headers(tmp_path: Path) -> None:
    async def main() -> None:
        async with server(tmp_path) as made:
            wish = {"as": "joe", "as-uid": "7", "as-groups": ["dev", "ops"], "as-user-extra": {"Scopes": ["a", "b"]}}
            await made.ask(made.kubeconfig({"token": "t", **wish}))
            (headers,) = made.shown
            assert headers["Impersonate-User"] == ["joe"]
            assert headers["Impersonate-Uid"] == ["7"]
            assert headers["Impersonate-Group"] == ["dev", "ops"]
            assert headers["Impersonate-Extra-scopes"] == ["a", "b"]

    run(main())


def test_a_token_file_that_somebody_renews_is_read_again_when_the_server_refuses_the_old_token(tmp_path: Path) -> None:
    (tmp_path / "token").write_text("old\n")

    async def main() -> None:
        async with server(tmp_path, refuse=lambda shown: shown == "Bearer old") as made:
            path = made.kubeconfig({"tokenFile": "token"})

            def renew(_: web.Request) -> None:
                made.shown.append({"Authorization": ["(renewed)"]})
                (tmp_path / "token").write_text("new")

            made.api.answers.insert(0, renew)  # the first request has nothing else done to it
            await made.ask(path, times=2)
            assert authorization(made)[0] == "(renewed)"
            assert authorization(made)[1:] == ["Bearer old", "Bearer new"]

    run(main())


def test_a_token_file_is_read_again_after_a_minute(tmp_path: Path) -> None:
    from plimsoll.errors import Place  # noqa: PLC0415

    now = [0.0]
    path = tmp_path / "token"
    path.write_text("one")

    async def main() -> None:
        tokens = TokenFile(path, Place("config"), b"", None, lambda: now[0])
        first = await tokens.renew(None)
        path.write_text("two")
        assert tokens.current() is first
        now[0] = 60.0
        assert tokens.current() is None
        assert (await tokens.renew(None)).headers == b"Authorization: Bearer two\r\n"
        path.unlink()
        assert (await tokens.renew(None)).headers == b"Authorization: Bearer two\r\n"

    run(main())


PLUGIN = """#!{python}
import json, os, pathlib, sys
folder = pathlib.Path({folder!r})
count = len(list(folder.glob("ran-*")))
(folder / f"ran-{{count}}").write_text(os.environ["KUBERNETES_EXEC_INFO"] + " " + os.environ.get("EXTRA", "") + " ".join(sys.argv[1:]))
status = json.loads((folder / "status.json").read_text().replace("COUNT", str(count)))
print(json.dumps({{"apiVersion": "client.authentication.k8s.io/{version}", "kind": "ExecCredential", "status": status}}))
"""


def plugin(folder: Path, answer: Settings, version: str = "v1", **more: Any) -> Settings:
    path = folder / "plugin"
    path.write_text(PLUGIN.format(python=sys.executable, folder=str(folder), version=version))
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    (folder / "status.json").write_text(json.dumps(answer))
    known = {"apiVersion": f"client.authentication.k8s.io/{version}", "command": "./plugin", "interactiveMode": "Never"}
    return {"exec": {**known, **more}}


def runs_of_plugin(folder: Path) -> int:
    return len(list(folder.glob("ran-*")))


@pytest.mark.parametrize("version", ["v1", "v1beta1"])
def test_a_plugin_gives_a_token_that_is_used_until_it_expires(tmp_path: Path, version: str) -> None:
    async def main() -> None:
        async with server(tmp_path) as made:
            answer = {"token": "from-plugin-COUNT", "expirationTimestamp": "2999-01-01T00:00:00Z"}
            more = {"args": ["login", "now"], "env": [{"name": "EXTRA", "value": "more "}], "provideClusterInfo": True}
            await made.ask(made.kubeconfig(plugin(tmp_path, answer, version, **more)), times=3)
            assert authorization(made) == ["Bearer from-plugin-0"] * 3
            assert runs_of_plugin(tmp_path) == 1
            told = (tmp_path / "ran-0").read_text()
            assert told.endswith("more login now")
            assert json.loads(told.removesuffix(" more login now"))["spec"]["cluster"]["server"] == made.url

    run(main())


def test_a_plugin_is_run_again_once_its_token_has_expired(tmp_path: Path) -> None:
    async def main() -> None:
        async with server(tmp_path) as made:
            answer = {"token": "from-plugin-COUNT", "expirationTimestamp": "2001-01-01T00:00:00Z"}
            await made.ask(made.kubeconfig(plugin(tmp_path, answer)), times=2)
            assert authorization(made) == ["Bearer from-plugin-0", "Bearer from-plugin-1"]

    run(main())


def test_a_plugin_is_run_again_when_the_server_refuses_its_token(tmp_path: Path) -> None:
    async def main() -> None:
        async with server(tmp_path, refuse=lambda shown: shown == "Bearer from-plugin-0") as made:
            await made.ask(made.kubeconfig(plugin(tmp_path, {"token": "from-plugin-COUNT"})), times=2)
            assert authorization(made) == ["Bearer from-plugin-0", "Bearer from-plugin-1", "Bearer from-plugin-1"]

    run(main())


def test_a_plugin_can_give_a_certificate(tmp_path: Path) -> None:
    async def main() -> None:
        async with server(tmp_path) as made:
            pair = AUTHORITY.issue("from-plugin")
            answer = {"clientCertificateData": pair.certificate.decode(), "clientKeyData": pair.key.decode()}
            await made.ask(made.kubeconfig(plugin(tmp_path, answer)), times=2)
            assert made.certificates == ["from-plugin"] * 2

    run(main())


def test_a_server_of_another_name_is_believed_where_the_kubeconfig_names_it(tmp_path: Path) -> None:
    async def main() -> None:
        async with server(tmp_path, "kubernetes.default.svc") as made:
            with pytest.raises(RunError, match="not trusted"):
                await made.ask(made.kubeconfig({"token": "t"}))
            await made.ask(made.kubeconfig({"token": "t"}, {"tls-server-name": "kubernetes.default.svc"}))
            assert len(made.shown) == 1

    run(main())


def test_a_server_of_an_unknown_authority_is_refused_unless_that_is_wanted(tmp_path: Path) -> None:
    async def main() -> None:
        async with server(tmp_path) as made:
            stranger = {"certificate-authority-data": encoded(Authority().certificate)}
            with pytest.raises(RunError, match="certificate-authority"):
                await made.ask(made.kubeconfig({"token": "t"}, stranger))
            insecure = {"certificate-authority-data": "", "insecure-skip-tls-verify": True}
            await made.ask(made.kubeconfig({"token": "t"}, insecure))
            assert len(made.shown) == 1

    run(main())


def test_a_proxy_is_asked_for_a_tunnel(tmp_path: Path) -> None:
    asked: list[bytes] = []

    async def proxy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        asked.append(head)
        host, _, port = head.split()[1].decode().partition(":")
        there, back = await asyncio.open_connection(host, int(port))
        writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
        await asyncio.gather(_pump(reader, back), _pump(there, writer), return_exceptions=True)

    async def main() -> None:
        async with server(tmp_path) as made, await asyncio.start_server(proxy, "127.0.0.1", 0) as listening:
            port = listening.sockets[0].getsockname()[1]
            await made.ask(made.kubeconfig({"token": "t"}, {"proxy-url": f"http://me:pass@127.0.0.1:{port}"}), times=2)
            assert len(made.shown) == 2
            assert len(asked) == 1
            assert b"Proxy-Authorization: Basic " + encoded(b"me:pass").encode() in asked[0]

    run(main())


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while data := await reader.read(65_536):
        writer.write(data)
    writer.close()


def test_inside_a_pod_the_service_account_is_used(tmp_path: Path) -> None:
    async def main() -> None:
        async with server(tmp_path) as made:
            (tmp_path / "token").write_text("of-the-pod")
            (tmp_path / "ca.crt").write_bytes(AUTHORITY.certificate)
            (tmp_path / "namespace").write_text("load")
            port = made.url.rpartition(":")[2]
            environment = {
                "KUBERNETES_SERVICE_HOST": "127.0.0.1",
                "KUBERNETES_SERVICE_PORT": port,
                "HOME": str(tmp_path),
            }
            access = find_access(environment=environment, service_account=tmp_path)
            assert (access.context, access.namespace) == ("in-cluster", "load")
            session = Session(access.endpoint, access.make_credentials(), connections=1, epoch_seconds=0.0)
            await HttpCluster(session).list(PODS)
            session.close()
            assert authorization(made) == ["Bearer of-the-pod"]

    run(main())


@pytest.mark.parametrize(
    ("user", "cluster", "complaint"),
    [
        ({"client-certificate": "none.crt", "client-key": "none.key"}, {}, "users[u].user.client-certificate: .* cannot be read"),
        ({"client-certificate-data": "%%%"}, {}, "client-certificate-data: is not base64"),
        ({"client-key-data": encoded(b"x")}, {}, "client-certificate: is missing"),
        ({"client-certificate-data": encoded(b"x"), "client-key-data": encoded(b"y")}, {}, "cannot be used"),
        ({"token": 7}, {}, "users[u].user.token: is not a string"),
        ({"token": "a\nb"}, {}, "more than one line"),
        ({"as-groups": ["a"]}, {}, "users[u].user.as-groups: means nothing without `as`"),
        ({"auth-provider": {"name": "gcp"}}, {}, "auth-provider: is not supported. Use an exec plugin"),
        ({}, {"server": "nonsense"}, "clusters[c].cluster.server: 'nonsense' is not the URL"),
        ({}, {"proxy-url": "socks5://a:1"}, "proxy-url: socks5:// is not supported"),
        ({}, {"certificate-authority-data": encoded(b"x")}, "certificate-authority-data: is not a PEM certificate"),
        ({}, {"insecure-skip-tls-verify": True}, "cannot be true where a certificate-authority is given"),
        ({"exec": {"command": "x"}}, {}, "users[u].user.exec.apiVersion: '' is not supported. Write client.authent"),
        ({"exec": {"apiVersion": "client.authentication.k8s.io/v1"}}, {}, "exec.command: is missing"),
        ({"tokenFile": "none"}, {}, "users[u].user.tokenFile: .* cannot be read"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named_with_its_file_and_field(
    tmp_path: Path, user: Settings, cluster: Settings, complaint: str
) -> None:
    made = Server(tmp_path, "https://127.0.0.1:1", FakeApi.__new__(FakeApi))
    path = made.kubeconfig(user, cluster)

    async def main() -> None:
        with pytest.raises(InputError, match=complaint.replace("[", r"\[").replace("]", r"\]")) as refusal:
            await find_access(kubeconfig=path).make_credentials().renew(None)
        assert str(refusal.value).startswith(str(path))

    run(main())


@pytest.mark.parametrize(
    ("script", "complaint"),
    [
        ("#!/bin/sh\nexit 3\n", "ended with exit code 3"),
        ("#!/bin/sh\necho nonsense\n", "is not an ExecCredential"),
        (
            '#!/bin/sh\necho \'{"kind": "ExecCredential", "apiVersion": "client.authentication.k8s.io/v1beta1", "status": {}}\'\n',
            "it answered client",
        ),
        (
            '#!/bin/sh\necho \'{"kind": "ExecCredential", "apiVersion": "client.authentication.k8s.io/v1", "status": {}}\'\n',
            "neither a token nor",
        ),
    ],
)
def test_a_plugin_that_fails_is_named(tmp_path: Path, script: str, complaint: str) -> None:
    made = Server(tmp_path, "https://127.0.0.1:1", FakeApi.__new__(FakeApi))
    path = made.kubeconfig(plugin(tmp_path, {}))
    (tmp_path / "plugin").write_text(script)

    async def main() -> None:
        with pytest.raises(InputError, match=complaint):
            await find_access(kubeconfig=path).make_credentials().renew(None)

    run(main())


def test_a_plugin_that_is_not_installed_is_named_with_its_own_hint(tmp_path: Path) -> None:
    made = Server(tmp_path, "https://127.0.0.1:1", FakeApi.__new__(FakeApi))
    wish = {"apiVersion": "client.authentication.k8s.io/v1", "command": "no-such-plugin", "installHint": "Get it there"}
    path = made.kubeconfig({"exec": wish})

    async def main() -> None:
        with pytest.raises(InputError, match=r"no-such-plugin cannot be run: No such file or directory. Get it there"):
            await find_access(kubeconfig=path).make_credentials().renew(None)

    run(main())


def test_no_secret_is_part_of_a_representation(tmp_path: Path) -> None:
    made = Server(tmp_path, "https://127.0.0.1:1", FakeApi.__new__(FakeApi))
    access = find_access(kubeconfig=made.kubeconfig({"token": "t0ps3cret"}))
    assert "t0ps3cret" not in repr(access)


def test_the_kubeconfig_of_the_environment_may_be_several_files(tmp_path: Path) -> None:
    first = {"current-context": "two", "contexts": [{"name": "one", "context": {"cluster": "a"}}]}
    second = {
        "current-context": "one",
        "contexts": [{"name": "one", "context": {"cluster": "b"}}, {"name": "two", "context": {"cluster": "b"}}],
        "clusters": [
            {"name": "a", "cluster": {"server": "http://a:1"}},
            {"name": "b", "cluster": {"server": "http://b:1"}},
        ],
    }
    paths = [tmp_path / "first", tmp_path / "missing", tmp_path / "second"]
    paths[0].write_text(yaml.safe_dump(first))
    paths[2].write_text(yaml.safe_dump(second))
    environment = {"KUBECONFIG": os.pathsep.join(map(str, paths))}
    assert find_access(environment=environment).endpoint.url == "http://b:1"
    assert find_access(context="one", environment=environment).endpoint.url == "http://a:1"
    with pytest.raises(InputError, match=r"there is no context 'three'. There are one, two"):
        find_access(context="three", environment=environment)


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("a: ]", ":1: is not YAML"),
        ("- a", "is not a kubeconfig"),
        ("", "knows no cluster"),
        ("clusters: [{name: c, cluster: {}}]", "current-context: is not set"),
    ],
)
def test_a_file_that_is_no_kubeconfig_is_refused(tmp_path: Path, text: str, complaint: str) -> None:
    path = tmp_path / "config"
    path.write_text(text)
    with pytest.raises(InputError, match=complaint):
        find_access(kubeconfig=path)


def test_a_file_that_was_named_must_exist(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"none: cannot be read: No such file or directory. Name a kubeconfig file"):
        find_access(kubeconfig=tmp_path / "none")
