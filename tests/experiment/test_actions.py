"""Patching, reading and deleting what a load has created, from a scenario to the objects."""

from __future__ import annotations

import re
from pathlib import Path

from plimsoll.driver.tally import Tally
from plimsoll.kube.resources import DEPLOYMENTS, PODS, SECRETS, Object
from plimsoll.scenario.loading import load_scenario, parse_scenario
from tests.experiment.whole_path import Captured, run

BURNER_FILES = Path(__file__).parent.parent / "data" / "kube_burner"

SCENARIO = """
cluster: {profile: ideal, nodes: 2}
load:
  delete: false
  jobs:
  - name: web
    namespaces: 2
    objects:
    - kind: Template
      count: 3
      template: |
        apiVersion: apps/v1
        kind: Deployment
        metadata: {name: "web-{{.Replica}}", labels: {tier: "{{.tier}}"}}
        spec:
          replicas: 2
          selector: {matchLabels: {app: "web-{{.Replica}}"}}
          template:
            metadata: {labels: {app: "web-{{.Replica}}"}}
            spec: {containers: [{name: main, image: "pause:{{.Iteration}}"}]}
      variables: {tier: front}
    - {kind: Secret, count: 4}
    actions:
ACTIONS
expect: ["pods.running == 100%"]
"""


def after(actions: str, tmp_path: Path) -> tuple[Captured, Tally]:
    """What is there after a run with some actions, and what the driver counted."""
    indented = "\n".join(f"    {line}" for line in actions.strip("\n").splitlines())
    captured = Captured()
    outcome = run(parse_scenario(SCENARIO.replace("ACTIONS", indented), "s.yaml"), tmp_path, onlooker=captured)
    assert outcome.shortfall == ""
    return captured, outcome.tally


def deployments(captured: Captured) -> list[Object]:
    return list(captured.experiments[0].cluster.store.collection(DEPLOYMENTS))


def test_a_json_patch_changes_every_object_that_carries_the_labels(tmp_path: Path) -> None:
    template = '[{op: add, path: /metadata/labels/seen, value: "yes"}]'
    captured, tally = after(
        f"- {{name: l, verb: patch, kind: Deployment, labels: {{tier: front}}, format: json, template: '{template}'}}",
        tmp_path,
    )
    assert [each["metadata"]["labels"]["seen"] for each in deployments(captured)] == ["yes"] * 6
    assert tally.patched == {"Deployment": 6}


def test_labels_that_nothing_carries_leave_everything_as_it_is(tmp_path: Path) -> None:
    actions = "- {name: l, verb: patch, kind: Deployment, labels: {tier: back}, template: 'metadata: {labels: {x: y}}'}"
    captured, tally = after(actions, tmp_path)
    assert not any("x" in each["metadata"]["labels"] for each in deployments(captured))
    assert tally.patched == {}


def test_iterations_patch_again_and_again(tmp_path: Path) -> None:
    template = "metadata: {labels: {round-{{.Iteration}}: done}}"
    actions = f"- {{name: l, verb: patch, kind: Deployment, iterations: 3, template: '{template}'}}"
    captured, tally = after(actions, tmp_path)
    assert {f"round-{number}" for number in range(3)} <= deployments(captured)[0]["metadata"]["labels"].keys()
    assert tally.patched == {"Deployment": 18}


def test_a_strategic_patch_of_a_template_rolls_its_pods_over(tmp_path: Path) -> None:
    template = "spec: {template: {spec: {containers: [{name: side, image: pause}]}}}"
    actions = f"- {{name: l, verb: patch, kind: Deployment, format: strategic, template: '{template}', pause: 5m}}"
    captured, _ = after(actions, tmp_path)
    pods = list(captured.experiments[0].cluster.store.collection(PODS))
    assert {tuple(sorted(each["name"] for each in pod["spec"]["containers"])) for pod in pods} == {("main", "side")}
    assert len(pods) == 12


def test_a_deletion_waits_until_the_objects_are_gone(tmp_path: Path) -> None:
    captured, tally = after("- {name: l, verb: delete, kind: Secret}", tmp_path)
    secrets = captured.experiments[0].cluster.store.collection(SECRETS)
    assert [each["metadata"]["name"] for each in secrets if each["metadata"]["name"].startswith("secret")] == []
    assert tally.deleted == {"Secret": 8}


def test_reading_asks_for_every_object(tmp_path: Path) -> None:
    _, tally = after("- {name: l, verb: read, kind: Secret, iterations: 2}", tmp_path)
    assert tally.read == {"Secret": 16}


def test_kube_burner_s_jobs_on_objects_are_carried_out_in_order(tmp_path: Path) -> None:
    source = (BURNER_FILES / "api-intensive" / "api-intensive.yml").read_text()
    smaller = re.sub(r"jobIterations: \d+", "jobIterations: 3", source).replace("qps: 4", "qps: 40")
    folder = tmp_path / "templates"
    folder.mkdir()
    for template in (BURNER_FILES / "api-intensive" / "templates").iterdir():
        (folder / template.name).write_text(template.read_text())
    (tmp_path / "small.yml").write_text(smaller)

    outcome = run(load_scenario(tmp_path / "small.yml"), tmp_path)
    assert outcome.shortfall == ""
    assert outcome.tally.patched == {"Deployment": 27}
    assert {kind: outcome.tally.deleted[kind] for kind in ("Deployment", "Service", "ConfigMap", "Secret")} == {
        "Deployment": 3,
        "Service": 3,
        "ConfigMap": 3,
        "Secret": 3,
    }
    assert outcome.tally.failures == 0
