"""Commands that work on a real cluster, as a user types them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from plimsoll.cli import main
from tests.experiment.remote.kubeconfigs import kubeconfig

NOWHERE = "http://127.0.0.1:9"


def test_a_real_cluster_cannot_be_changed_by_flags(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    config = str(kubeconfig(tmp_path, NOWHERE))
    assert main(["run", "quickstart", "--kubeconfig", config, "--profile", "ideal", "--nodes", "5"]) == 2
    complaints = capsys.readouterr().err
    assert "--profile: cannot change a real cluster" in complaints
    assert "--nodes: cannot change a real cluster" in complaints


def test_a_cluster_that_cannot_be_reached_ends_every_command_with_3(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config = str(kubeconfig(tmp_path, NOWHERE))
    for command in (["run", "quickstart", "--yes"], ["clean"], ["watch", "--once"]):
        assert main([*command, "--kubeconfig", config]) == 3
        assert "context fake: cannot reach http://127.0.0.1:9" in capsys.readouterr().err


def test_a_simulated_run_has_nothing_to_clean_or_to_resume(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    runs = ["--runs-directory", str(tmp_path)]
    assert main(["run", "quickstart", "--quiet", "--no-report", *runs]) == 0
    for command in ("clean", "resume"):
        assert main([command, "latest", *runs]) == 2
        assert "was simulated: it has left nothing on any cluster" in capsys.readouterr().err


def test_the_smallest_role_for_a_scenario_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["rbac", "quickstart", "--user", "jane", "--output", "json"]) == 0
    role, binding = json.loads(capsys.readouterr().out)["items"]
    verbs = {resource: rule["verbs"] for rule in role["rules"] for resource in rule["resources"]}
    assert verbs["secrets"] == ["get", "create"]
    assert verbs["namespaces"] == ["get", "list", "watch", "create", "delete"]
    assert "configmaps" not in verbs
    assert binding["subjects"] == [{"kind": "User", "name": "jane", "apiGroup": "rbac.authorization.k8s.io"}]


def test_what_it_takes_to_read_metrics_is_printed_on_request_only(capsys: pytest.CaptureFixture[str]) -> None:
    def rules(*flags: str) -> list[dict[str, list[str]]]:
        assert main(["rbac", "quickstart", "--user", "jane", "--output", "json", *flags]) == 0
        return list(json.loads(capsys.readouterr().out)["items"][0]["rules"])

    more = [rule for rule in rules("--metrics") if rule not in rules()]
    assert {"nonResourceURLs": ["/metrics"], "verbs": ["get"]} in more
    assert {resource for rule in more for resource in rule.get("resources", ())} >= {"nodes/proxy", "events"}
    assert "nodes/proxy" not in str(rules())


@pytest.mark.parametrize("flag", ["--qps", "--burst", "--connections", "--workers"])
def test_limits_are_positive(tmp_path: Path, capsys: pytest.CaptureFixture[str], flag: str) -> None:
    config = str(kubeconfig(tmp_path, NOWHERE))
    assert main(["run", "quickstart", "--kubeconfig", config, flag, "-1"]) == 2
    assert f"{flag}: -1" in capsys.readouterr().err
