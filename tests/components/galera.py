"""A real Galera cluster of MariaDB on this machine, and sessions through MariaDB's own client."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.components.processes import find_program, free_ports, stop, wait_until

PROVIDERS = ("/usr/lib/galera/libgalera_smm.so", "/usr/lib64/galera/libgalera_smm.so")
_ERROR = re.compile(r"^ERROR (\d+) \((\w+)\)[^:]*: (.*)$")


class SqlError(Exception):
    """An error of the server: its number, its SQLSTATE, and its words."""

    def __init__(self, number: int, state: str, text: str) -> None:
        super().__init__(f"{number} ({state}): {text}")
        self.number = number
        self.state = state
        self.text = text


class Session:
    """One connection. A client in batch mode answers each statement; an echo shows where an answer ends."""

    def __init__(self, client: str, socket: Path) -> None:
        options = ("--no-defaults", "--user=root", "--batch", "--skip-column-names", "--force", "--unbuffered")
        self._process = subprocess.Popen(
            [client, *options, f"--socket={socket}"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self._statements = 0

    def execute(self, statement: str) -> list[str]:
        """Rows, with their columns separated by tabs; raises SqlError."""
        self._statements += 1
        mark = f"done-{self._statements}"
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(f"{statement};\nSELECT '{mark}' FROM DUAL;\n")
        self._process.stdin.flush()
        rows: list[str] = []
        error: SqlError | None = None
        for line in self._process.stdout:
            text = line.rstrip("\n")
            if text == mark:
                break
            if found := _ERROR.match(text):
                error = error or SqlError(int(found[1]), found[2], found[3])
            else:
                rows.append(text)
        if error is not None:
            raise error
        return rows

    def close(self) -> None:
        self._process.kill()
        self._process.communicate()


class Member:
    """One node of the cluster."""

    def __init__(self, folder: Path, ports: list[int], group: list[int], *, first: bool) -> None:
        self.socket = folder / "socket"
        self._log = folder / "error.log"
        port, listen, ist, sst = ports
        others = ",".join(f"127.0.0.1:{one}" for one in group)
        options = {
            "datadir": folder / "data",
            "socket": self.socket,
            "pid-file": folder / "pid",
            "log-error": self._log,
            "port": port,
            "bind-address": "127.0.0.1",
            "innodb-buffer-pool-size": "16M",
            "innodb-flush-log-at-trx-commit": 0,
            "binlog-format": "ROW",
            "innodb-autoinc-lock-mode": 2,
            "wsrep-on": "ON",
            "wsrep-provider": _provider(),
            "wsrep-cluster-address": f"gcomm://{others}",
            "wsrep-node-address": f"127.0.0.1:{listen}",
            "wsrep-provider-options": f"gmcast.listen_addr=tcp://127.0.0.1:{listen};ist.recv_addr=127.0.0.1:{ist}",
            "wsrep-sst-method": "rsync",
            "wsrep-sst-receive-address": f"127.0.0.1:{sst}",
            "wsrep-retry-autocommit": 0,
        }
        command = [find_program("mariadbd", "mariadb-server"), "--no-defaults"]
        command += [f"--{name}={value}" for name, value in options.items()]
        command += _as_user()
        command += ["--wsrep-new-cluster"] if first else []
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def wait(self) -> None:
        """Until it is a member in sync with the others."""
        wait_until(self._is_synced, self.process, self._log)

    def _is_synced(self) -> bool:
        if not self.socket.exists():
            return False
        client = find_program("mariadb", "mariadb-client")
        query = "SHOW STATUS LIKE 'wsrep_local_state_comment'"
        command = [client, "--no-defaults", "--user=root", f"--socket={self.socket}", "--batch", "-e", query]
        return b"Synced" in subprocess.run(command, capture_output=True, check=False).stdout

    def session(self) -> Session:
        return Session(find_program("mariadb", "mariadb-client"), self.socket)


def _provider() -> str:
    for path in PROVIDERS:
        if Path(path).exists():
            return path
    if os.environ.get("CI") == "true":
        pytest.fail("CI needs Galera for this test: apt-get install galera-4")
    pytest.skip("no Galera: apt-get install galera-4")


def _as_user() -> list[str]:
    """A server that root starts runs as its package's own user; rsync, which it starts, would not write as root."""
    return ["--user=mysql"] if os.geteuid() == 0 else []


@contextlib.contextmanager
def cluster(nodes: int) -> Iterator[list[Member]]:
    """So many members, in sync: the first begins with empty tables, the others get its state by rsync."""
    _provider()
    find_program("rsync", "rsync")
    ports = free_ports(4 * nodes)
    each = [ports[4 * node : 4 * node + 4] for node in range(nodes)]
    members: list[Member] = []
    with tempfile.TemporaryDirectory() as name:
        root = Path(name)
        root.chmod(0o755)  # the server's user passes through
        try:
            for node in range(nodes):
                folder = _folder(root / f"n{node}")
                if node == 0:
                    _install(folder / "data")
                members.append(Member(folder, each[node], [one[1] for one in each], first=node == 0))
                members[-1].wait()
            yield members
        finally:
            for member in members:
                stop(member.process)


def _folder(path: Path) -> Path:
    for one in (path, path / "data"):
        one.mkdir()
        if os.geteuid() == 0:
            shutil.chown(one, "mysql")
    return path


def _install(data: Path) -> None:
    command = [find_program("mariadb-install-db", "mariadb-server"), "--no-defaults", f"--datadir={data}"]
    command += ["--auth-root-authentication-method=normal", "--skip-test-db", *_as_user()]
    subprocess.run(command, check=True, capture_output=True)
