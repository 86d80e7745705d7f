"""A real Prometheus on this machine, and pods for it to scrape."""

from __future__ import annotations

import contextlib
import json
import subprocess
import threading
import urllib.request
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from tests.components.processes import find_program, free_ports, stop, wait_until


class Exporter:
    """Shows series of as many pods as it is told, with labels as cAdvisor has them; new generations have new names."""

    def __init__(self, series_per_pod: int) -> None:
        self._series_per_pod = series_per_pod
        self._body = b""
        exporter = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.send_response(200)
                self.send_header("Content-Type", "text/plain; version=0.0.4")
                self.end_headers()
                self.wfile.write(exporter._body)

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def show(self, pods: int, generation: int) -> None:
        """From now on these pods, and no others."""
        lines: list[str] = []
        for pod in range(pods):
            name = f"client-{generation}-{pod:05}"
            labels = f'namespace="clusterbuster-{pod % 100}",pod="{name}",container="c0",id="/kubepods/{name}/c0"'
            lines.extend(f"container_metric_{number}{{{labels}}} {pod}" for number in range(self._series_per_pod))
        self._body = ("\n".join(lines) + "\n").encode()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


class Prometheus:
    """A running Prometheus that scrapes one exporter."""

    def __init__(self, folder: Path, target: str, *, scrape_seconds: int) -> None:
        configuration = folder / "prometheus.yml"
        job = {"job_name": "pods", "static_configs": [{"targets": [target]}]}
        times = {"scrape_interval": f"{scrape_seconds}s", "scrape_timeout": f"{scrape_seconds}s"}
        configuration.write_text(json.dumps({"global": times, "scrape_configs": [job]}), encoding="utf-8")
        (port,) = free_ports(1)
        self._url = f"http://127.0.0.1:{port}"
        self._log = folder / "log"
        self._command = [find_program("prometheus", "prometheus"), f"--config.file={configuration}"]
        self._command += [f"--storage.tsdb.path={folder / 'data'}", f"--web.listen-address=127.0.0.1:{port}"]
        self._start()

    def _start(self) -> None:
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(self._command, stdout=log, stderr=log)
        self.wait(lambda: self.value("prometheus_ready") == 1)

    def crash(self) -> None:
        """Kill it as the kernel does when there is no more memory, and start it again."""
        self.close()
        self._start()

    def metrics(self) -> dict[str, float] | None:
        """Its own metrics, by name and labels; None while it does not answer."""
        try:
            with urllib.request.urlopen(f"{self._url}/metrics", timeout=10) as answer:  # noqa: S310  its own
                lines = answer.read().decode().splitlines()
        except OSError:
            return None
        pairs = (line.rsplit(" ", 1) for line in lines if line and line[0] != "#")
        return {name: float(value) for name, value in pairs}

    def value(self, name: str) -> float:
        return (self.metrics() or {}).get(name, 0.0)

    def wait(self, ready: Callable[[], bool]) -> None:
        wait_until(ready, self._process, self._log)

    def close(self) -> None:
        stop(self._process)


@contextlib.contextmanager
def scraping(folder: Path, *, series_per_pod: int, scrape_seconds: int) -> Iterator[tuple[Exporter, Prometheus]]:
    """An exporter, and a Prometheus that scrapes it."""
    exporter = Exporter(series_per_pod)
    try:
        prometheus = Prometheus(folder, exporter.address, scrape_seconds=scrape_seconds)
        try:
            yield exporter, prometheus
        finally:
            prometheus.close()
    finally:
        exporter.close()
