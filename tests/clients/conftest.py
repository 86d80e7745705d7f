from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from tests.clients.kubectl import DEBIAN, Kubectl, binaries, must_have_debian, version
from tests.clients.servers import RATE, Started, started

MISSING = "missing"


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Started]:
    with started(tmp_path_factory.mktemp("server"), f"--rate={RATE}", "--nodes=4") as ready:
        yield ready


def _label(binary: str) -> str:
    return binary if binary == MISSING else "kubectl-{}.{}".format(*version(binary))


@pytest.fixture(scope="session", params=binaries() or [MISSING], ids=_label)
def kubectl_binary(request: pytest.FixtureRequest) -> str:
    binary: str = request.param
    if binary == MISSING:
        assert not must_have_debian(), f"{DEBIAN} is missing: scripts/kubectl fetches it"
        pytest.skip("there is no kubectl")
    return binary


@pytest.fixture(scope="session")
def kubectl_cache(kubectl_binary: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cache")


@pytest.fixture
def kubectl(
    kubectl_binary: str, kubectl_cache: Path, server: Started, request: pytest.FixtureRequest
) -> Iterator[Kubectl]:
    """A kubectl in a namespace of its own."""
    title = re.sub(r"[^a-z0-9]+", "-", request.node.name.lower().removeprefix("test_"))
    name = f"{title[:40].strip('-')}-{uuid4().hex[:8]}"
    made = Kubectl(kubectl_binary, server.kubeconfig, kubectl_cache, name)
    made("create", "namespace", name)
    yield made
    made("delete", "namespace", name, "--wait=false")
