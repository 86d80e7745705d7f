"""A real Chromium, driven through the two pipes of its DevTools protocol: no driver, no port, no dependency."""

from __future__ import annotations

import contextlib
import itertools
import json
import os
import select
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

TIMEOUT_SECONDS = 60.0
FLAGS = (
    *("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run"),
    *(
        "--disable-background-networking",
        "--disable-component-update",
        "--remote-debugging-pipe",
        "--window-size=1400,900",
    ),
)


def find_chromium() -> str:
    """The browser's path. Where there is none the test is skipped, but not in CI."""
    for name in ("chromium", "chromium-browser", "google-chrome", "chrome"):
        if path := shutil.which(name):
            return path
    if os.environ.get("CI") == "true":
        pytest.fail("CI needs Chromium for this test: apt-get install chromium")
    pytest.skip("no Chromium on the PATH")


@dataclass
class Browser:
    """A connection to one browser; every message of the protocol that is no answer is kept as an event."""

    to_browser: int
    from_browser: int
    events: list[dict[str, Any]] = field(default_factory=list)
    buffer: bytes = b""
    ids: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def call(self, method: str, session: str | None = None, **params: Any) -> Any:
        """Send a command and wait for its result."""
        number = next(self.ids)
        message = {"id": number, "method": method, "params": params} | ({"sessionId": session} if session else {})
        os.write(self.to_browser, json.dumps(message).encode() + b"\0")
        while True:
            answer = self._receive()
            if answer.get("id") == number:
                assert "error" not in answer, answer
                return answer["result"]
            self.events.append(answer)

    def wait_for(self, method: str) -> None:
        """Wait until the browser has told of an event."""
        while not any(event.get("method") == method for event in self.events):
            self.events.append(self._receive())

    def _receive(self) -> dict[str, Any]:
        while b"\0" not in self.buffer:
            ready, _, _ = select.select([self.from_browser], [], [], TIMEOUT_SECONDS)
            assert ready, "Chromium does not answer"
            data = os.read(self.from_browser, 1 << 20)
            assert data, "Chromium has ended"
            self.buffer += data
        message, self.buffer = self.buffer.split(b"\0", 1)
        return dict(json.loads(message))


@dataclass
class Page:
    """An opened document and what it did."""

    browser: Browser
    session: str

    def evaluate(self, expression: str) -> Any:
        """The value of a JavaScript expression in the page."""
        result = self.browser.call(
            "Runtime.evaluate", self.session, expression=expression, returnByValue=True, awaitPromise=True
        )
        assert "exceptionDetails" not in result, result
        return result["result"].get("value")

    def prefer(self, scheme: str) -> None:
        """Let the reader prefer ``light`` or ``dark``."""
        features = [{"name": "prefers-color-scheme", "value": scheme}]
        self.browser.call("Emulation.setEmulatedMedia", self.session, features=features)

    def press(self, key: str) -> None:
        """Press a key on what has the focus."""
        for kind in ("keyDown", "keyUp"):
            self.browser.call("Input.dispatchKeyEvent", self.session, type=kind, key=key, code=key)

    def move_to(self, x: float, y: float) -> None:
        """Move the pointer."""
        self.browser.call("Input.dispatchMouseEvent", self.session, type="mouseMoved", x=x, y=y)

    def resize(self, width: int, height: int) -> None:
        """Give the page another size."""
        self.browser.call(
            "Emulation.setDeviceMetricsOverride",
            self.session,
            width=width,
            height=height,
            deviceScaleFactor=1,
            mobile=False,
        )

    @property
    def complaints(self) -> list[dict[str, Any]]:
        """What the console was told: errors, warnings, exceptions, violations of the content security policy."""
        methods = {"Runtime.consoleAPICalled", "Runtime.exceptionThrown", "Log.entryAdded"}
        return [event for event in self.browser.events if event.get("method") in methods]

    @property
    def requests(self) -> list[str]:
        """The addresses of everything that the page asked for."""
        sent = [event for event in self.browser.events if event.get("method") == "Network.requestWillBeSent"]
        return [event["params"]["request"]["url"] for event in sent]


@contextlib.contextmanager
def open_page(path: Path, profile: Path) -> Iterator[Page]:
    """Open a file in a new browser and wait until it is loaded."""
    with _browser(profile) as browser:
        target = browser.call("Target.createTarget", url="about:blank")["targetId"]
        session = browser.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            browser.call(f"{domain}.enable", session)
        browser.events.clear()
        browser.call("Page.navigate", session, url=path.resolve().as_uri())
        browser.wait_for("Page.loadEventFired")
        yield Page(browser, session)


@contextlib.contextmanager
def _browser(profile: Path) -> Iterator[Browser]:
    """Chromium reads commands from its descriptor 3 and writes to 4; a shell puts our pipes there."""
    command_read, command_write = os.pipe()
    answer_read, answer_write = os.pipe()
    launch = f'exec "$@" 3<&{command_read} 4>&{answer_write}'
    process = subprocess.Popen(
        ["bash", "-c", launch, "chromium", find_chromium(), *FLAGS, f"--user-data-dir={profile}"],
        pass_fds=(command_read, answer_write),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    os.close(command_read)
    os.close(answer_write)
    try:
        browser = Browser(command_write, answer_read)
        yield browser
        browser.call("Browser.close")
    finally:
        os.close(command_write)
        os.close(answer_read)
        try:
            process.wait(timeout=TIMEOUT_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
