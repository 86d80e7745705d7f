"""``plimsoll serve --runtime process``: what it refuses before anything runs."""

from __future__ import annotations

import pytest

from plimsoll.cli import main


@pytest.mark.parametrize("address", ["0.0.0.0", "::", "192.0.2.1", "example.org"])  # noqa: S104 - refused
def test_processes_are_for_this_machine_alone(address: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["serve", "--runtime", "process", "--bind", address]) == 2

    assert "could run programs here" in capsys.readouterr().err


def test_processes_live_in_real_time(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["serve", "--runtime", "process", "--rate", "10"]) == 2

    assert "processes live in real time" in capsys.readouterr().err


def test_a_dry_run_for_a_real_cluster_shows_what_its_pods_get(capsys: pytest.CaptureFixture[str]) -> None:
    words = ["run", "workloads/exchange", "--dry-run", "--manifests"]
    printed = []
    for flags in ([], ["--context", "any"]):
        assert main([*words, *flags]) == 0
        printed.append(capsys.readouterr().out)

    assert ["plimsoll-coordinator" in text for text in printed] == [False, True]
