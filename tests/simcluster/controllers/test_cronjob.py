from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from plimsoll.kube.resources import CRONJOBS, JOBS, Object
from plimsoll.simcluster.controllers.cronjob import CronJobController
from plimsoll.simcluster.controllers.cronschedule import parse_schedule
from tests.simcluster.controlplane import ControlPlane, pod_spec


@pytest.fixture
def made() -> ControlPlane:
    plane = ControlPlane(detailed=True)
    plane.start(CronJobController)
    plane.namespace()
    return plane


def cron_job(made: ControlPlane, **spec: Any) -> Object:
    template = {"spec": {"template": {"metadata": {}, "spec": pod_spec(restartPolicy="Never")}}}
    return made.create(CRONJOBS, "c", "ns", spec={"schedule": "*/5 * * * *", "jobTemplate": template, **spec})


def finish(made: ControlPlane, job: Object, kind: str = "Complete") -> None:
    now = made.api.timestamp()
    stored = made.get(JOBS, job["metadata"]["name"], "ns")
    conditions = [{"type": kind, "status": "True", "lastTransitionTime": now}]
    status = {"conditions": conditions, "startTime": now, "completionTime": now}
    made.collection(JOBS).replace(stored, status=status)


def jobs(made: ControlPlane) -> list[Object]:
    return list(made.collection(JOBS))


def test_a_job_is_made_whenever_it_is_due_and_named_after_its_time(made: ControlPlane) -> None:
    cron_job(made)
    made.run(299)
    assert jobs(made) == []
    made.run(2)
    (job,) = jobs(made)
    assert job["metadata"]["name"] == f"c-{int(made.api.epoch_seconds + 300) // 60}"
    assert job["metadata"]["annotations"] == {"batch.kubernetes.io/cronjob-scheduled-timestamp": "2020-01-01T00:05:00Z"}
    made.run(600)
    assert len(jobs(made)) == 3
    status = made.get(CRONJOBS, "c", "ns")["status"]
    assert status["lastScheduleTime"] == "2020-01-01T00:15:00Z"
    assert len(status["active"]) == 3


def test_forbid_skips_a_job_while_another_runs(made: ControlPlane) -> None:
    cron_job(made, concurrencyPolicy="Forbid")
    made.run(700)
    assert len(jobs(made)) == 1
    finish(made, jobs(made)[0])
    made.run(300)

    assert len(jobs(made)) == 2


def test_replace_ends_the_job_that_runs(made: ControlPlane) -> None:
    cron_job(made, concurrencyPolicy="Replace")
    made.run(301)
    first = jobs(made)[0]["metadata"]["uid"]
    made.run(300)

    assert [job["metadata"]["uid"] for job in jobs(made)] != [first]
    assert len(jobs(made)) == 1


def test_a_suspended_cron_job_makes_nothing(made: ControlPlane) -> None:
    cron_job(made, suspend=True)
    made.run(1000)

    assert jobs(made) == []


def test_only_some_finished_jobs_are_kept(made: ControlPlane) -> None:
    cron_job(made, successfulJobsHistoryLimit=1)
    for _ in range(3):
        made.run(300)
        for job in jobs(made):
            if not job["status"].get("conditions"):
                finish(made, job)
    made.run(10)

    assert len(jobs(made)) == 1
    assert made.get(CRONJOBS, "c", "ns")["status"]["lastSuccessfulTime"]


@pytest.mark.parametrize(
    ("schedule", "after", "due"),
    [
        ("*/15 * * * *", "2024-05-17T10:07:30", "2024-05-17T10:15:00"),
        ("30 4 * * *", "2024-05-17T04:30:00", "2024-05-18T04:30:00"),
        ("0 0 29 2 *", "2024-03-01T00:00:00", "2028-02-29T00:00:00"),
        ("0 12 * * mon-fri", "2024-05-17T12:00:00", "2024-05-20T12:00:00"),
        ("0 0 1 * 0", "2024-05-17T12:00:00", "2024-05-19T00:00:00"),
        ("5,10 1-3/2 * jan *", "2024-05-17T12:00:00", "2025-01-01T01:05:00"),
        ("@hourly", "2024-12-31T23:59:59", "2025-01-01T00:00:00"),
        ("@weekly", "2024-05-17T12:00:00", "2024-05-19T00:00:00"),
    ],
)
def test_the_next_time_is_the_first_that_fits(schedule: str, after: str, due: str) -> None:
    start = datetime.fromisoformat(after).replace(tzinfo=UTC).timestamp()

    found = parse_schedule(schedule).next_after(start)

    assert found is not None
    assert datetime.fromtimestamp(found, UTC).strftime("%Y-%m-%dT%H:%M:%S") == due


def test_a_date_that_never_comes_is_never_due() -> None:
    assert parse_schedule("0 0 31 2 *").next_after(0.0) is None


@pytest.mark.parametrize("text", ["", "* * * *", "60 * * * *", "* * 0 * *", "a * * * *", "*/0 * * * *", "5-1 * * * *"])
def test_what_is_no_schedule_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        parse_schedule(text)
