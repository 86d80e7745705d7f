from __future__ import annotations

from pathlib import Path

import pytest

from plimsoll.archive.manifest import RunStatus
from plimsoll.measurement.summary import summarise
from tests.measurement.building import archive_of, pod, requested, sampled, wanting


def test_a_run_without_a_blemish_has_no_warnings(tmp_path: Path) -> None:
    archive = archive_of(tmp_path, pod("a", 0.0, kubeletRunning=4.0, apiRunning=5.0), requested("kubelet", 5, 0.1))

    assert summarise(archive).warnings == ()


@pytest.mark.parametrize(
    ("status", "beginning"),
    [(RunStatus.INTERRUPTED, "The run was interrupted"), (RunStatus.FAILED, "The run could not go on")],
)
def test_a_run_that_did_not_end_says_so_first(tmp_path: Path, status: RunStatus, beginning: str) -> None:
    warnings = summarise(archive_of(tmp_path, pod("a", 0.0), status=status)).warnings

    assert warnings[0].startswith(beginning)
    assert warnings[1] == "1 of 1 pods were never seen Running."


def test_throttling_is_worth_a_word_from_a_second_on(tmp_path: Path) -> None:
    requests = (requested("kubelet", 100, 0.01), requested("driver", 100, 0.01))
    waits = (requested("kubelet", 7, 31.0, measure="throttle"), requested("driver", 9, 0.5, measure="throttle"))

    (warning,) = summarise(archive_of(tmp_path, *requests, *waits)).warnings

    assert warning.startswith("kubelet waited up to 3")
    assert warning.endswith("7 of 100 requests had to wait.")


def test_pods_that_run_unseen_are_told(tmp_path: Path) -> None:
    (warning,) = summarise(archive_of(tmp_path, pod("a", 0.0, kubeletRunning=4.0, apiRunning=64.0))).warnings

    assert warning == "1 % of the pods ran on their node for 60.0 s or more before the API said so."


def test_failures_of_pods_and_requests_are_told(tmp_path: Path) -> None:
    archive = archive_of(tmp_path, pod("a", 0.0, apiRunning=1.0, apiFailed=2.0), requested("driver", 3, 0.1, code=429))

    assert summarise(archive).warnings == (
        "1 pod failed.",
        "3 of 3 requests of driver were refused or failed (429 or 5xx).",
    )


def test_a_transfer_far_from_the_clients_rates_is_told(tmp_path: Path) -> None:
    archive = archive_of(
        tmp_path,
        pod("a", 0.0, apiRunning=1.0),
        sampled("network.sendBitsPerSecond", *[8e6] * 50, instance="worker-0"),
        scenario=wanting(1, bytes_per_second=1_000_000),
        virtual_seconds=500.0,
    )

    assert summarise(archive).warnings == ("Nodes sent 8.00 Mb/s each on average; the clients' rates make it 16.0.",)


def test_who_asks_whether_something_exists_is_not_warned_of(tmp_path: Path) -> None:
    archive = archive_of(tmp_path, pod("a", 0.0, apiRunning=1.0), requested("driver", 3, 0.1, code=404))

    assert summarise(archive).warnings == ()
