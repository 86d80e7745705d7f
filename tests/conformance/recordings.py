"""The recorded exchanges, the tool that replays them, and a served cluster to replay them on."""

from __future__ import annotations

import asyncio
import importlib.util
import json
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

from plimsoll.registry.componentapi import ServedApi
from plimsoll.registry.requests import User
from plimsoll.serve.server import Listening, serving
from plimsoll.simcluster.assembly import assemble
from plimsoll.simcluster.profile import load_profile
from plimsoll.telemetry import NullTelemetry

DATA = Path(__file__).parent.parent / "data" / "conformance"
TOKENS = {"admin": "admins-token", "alice": "alices-token"}
AUTHENTICATED = "system:authenticated"
USERS = {
    TOKENS["admin"]: User("admin", groups=("system:masters", AUTHENTICATED)),
    TOKENS["alice"]: User("alice", groups=(AUTHENTICATED,)),
}


@cache
def replay_tool() -> ModuleType:
    """The tool, which is no module of ours: it lies with the recordings."""
    name = "conformance_replay"
    spec = importlib.util.spec_from_file_location(name, DATA / "replay.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


def transcripts() -> list[Path]:
    """Every transcript, in order: those of others first."""
    return [path for part in ("transcripts", "more") for path in sorted((DATA / part).glob("*.json"))]


def steps() -> list[tuple[Path, int, str]]:
    """Every step that counts: the transcript, the step's place in it, and its name."""
    tool = replay_tool()
    return [(path, index, step[1]) for path in transcripts() for index, step in enumerate(tool.list_steps(path))]


def deviations() -> dict[tuple[str, str], str]:
    """The steps that are not met, by transcript and name, with the reason."""
    entries: list[dict[str, str]] = json.loads((DATA / "deviations.json").read_text(encoding="utf-8"))
    return {(entry["transcript"], entry["step"]): entry["reason"] for entry in entries}


@contextmanager
def served_cluster() -> Iterator[Any]:
    """A cluster without nodes on a port of its own, in a thread of its own; gives a client of the tool."""
    ready, stopping = threading.Event(), asyncio.Event()
    found: dict[str, Any] = {}

    async def main() -> None:
        cluster = assemble(
            load_profile("kubernetes-1.36"),
            [],
            1,
            NullTelemetry(),
            epoch_seconds=time.time(),
            make_api=ServedApi,
            inspectable=True,
        )
        async with serving(cluster, Listening(tokens=USERS)) as server:
            found["loop"], found["url"] = asyncio.get_running_loop(), server.url
            ready.set()
            await stopping.wait()

    thread = threading.Thread(target=lambda: asyncio.run(main()), daemon=True)
    thread.start()
    assert ready.wait(30)
    client = replay_tool().Client(found["url"], TOKENS, insecure=True)
    try:
        yield client
    finally:
        client.close()
        found["loop"].call_soon_threadsafe(stopping.set)
        thread.join(30)
