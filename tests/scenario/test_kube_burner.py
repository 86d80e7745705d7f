"""kube-burner's own configurations, and such as it would accept or refuse."""

from __future__ import annotations

from pathlib import Path

import pytest

from plimsoll.driver.plan import build_plan
from plimsoll.errors import InputError
from plimsoll.scenario.loading import LoadedScenario, load_scenario

FILES = Path(__file__).parent.parent / "data" / "kube_burner"

COUNTS = {
    "kubelet-density/kubelet-density.yml": {"Namespace": 1, "Pod": 25},
    "kubelet-density/kubelet-density-crio.yml": {"Namespace": 1, "Pod": 25},
    "kubelet-density-heavy/kubelet-density-heavy.yml": {"Namespace": 1, "Deployment": 20, "Service": 10},
    "api-intensive/api-intensive.yml": {
        "Namespace": 700,
        "Deployment": 700,
        "ConfigMap": 700,
        "Secret": 700,
        "Service": 700,
    },
}

POD = """
apiVersion: v1
kind: Pod
metadata:
  name: pod-{{.Iteration}}-{{.Replica}}
  labels: {own: "{{.JobName}}"}
spec:
  containers:
  - {name: c, image: {{.image}}}
"""


def configuration(folder: Path, job: str, *, template: str = POD, rest: str = "") -> LoadedScenario:
    """A configuration with one job, whose template is beside it."""
    (folder / "pod.yml").write_text(template)
    file = folder / "density.yml"
    indented = "\n".join(f"  {line}" for line in job.strip("\n").splitlines())
    objects = "  objects:\n  - objectTemplate: pod.yml\n    replicas: 2\n    inputVars: {image: pause}\n"
    file.write_text(f"jobs:\n- name: density\n{indented}\n{objects}{rest}")
    return load_scenario(file)


def complaint(folder: Path, job: str, *, template: str = POD, rest: str = "") -> str:
    with pytest.raises(InputError) as caught:
        configuration(folder, job, template=template, rest=rest)
    return str(caught.value).replace(f"{folder}/", "")


@pytest.mark.parametrize(("file", "counts"), COUNTS.items())
def test_the_shipped_configurations_create_what_kube_burner_creates(file: str, counts: dict[str, int]) -> None:
    loaded = load_scenario(FILES / file)
    assert build_plan(loaded.scenario, "run").counts() == counts


def test_iterations_and_replicas_count_as_kube_burner_counts_them(tmp_path: Path) -> None:
    loaded = configuration(tmp_path, "namespace: n\njobIterations: 5\niterationsPerNamespace: 2")
    pods = [each for each in build_plan(loaded.scenario, "run").manifests() if each["kind"] == "Pod"]

    names = [f"{pod['metadata']['namespace']}/{pod['metadata']['name']}" for pod in pods]
    expected = [("n-0", 0), ("n-0", 1), ("n-1", 2), ("n-1", 3), ("n-2", 4)]
    assert names == [f"{namespace}/pod-{iteration}-{r}" for namespace, iteration in expected for r in (1, 2)]
    assert pods[-1]["metadata"]["labels"] == {
        "own": "density",
        "kube-burner.io/job": "density",
        "kube-burner.io/index": "0",
        "kube-burner.io/uuid": "run",
        "kube-burner.io/runid": "run",
        "kube-burner.io/job-iteration": "4",
        "kube-burner.io/replica": "2",
        "plimsoll.dev/run": "run",
        "plimsoll.dev/job": "density",
    }


def test_iterations_share_one_namespace_where_they_are_to(tmp_path: Path) -> None:
    loaded = configuration(tmp_path, "namespace: n\njobIterations: 3\nnamespacedIterations: false")
    assert build_plan(loaded.scenario, "run").counts() == {"Namespace": 1, "Pod": 6}


def test_the_limiter_the_wait_and_the_pause_are_the_job_s(tmp_path: Path) -> None:
    job = configuration(
        tmp_path, "namespace: n\nqps: 20\nburst: 30\nmaxWaitTimeout: 5m\njobPause: 1m"
    ).scenario.load.jobs[0]
    assert job.pace is not None
    assert (job.pace.rate_per_second, job.pace.burst) == (20, 30)
    assert (job.wait.for_, job.wait.timeout_seconds, job.hold_seconds) == ("ready", 300, 60)


def test_without_a_limit_client_go_s_is_taken(tmp_path: Path) -> None:
    pace = configuration(tmp_path, "namespace: n").scenario.load.jobs[0].pace
    assert pace is not None
    assert (pace.rate_per_second, pace.burst) == (5, 10)


def test_jobs_on_objects_become_actions_of_the_job_that_creates() -> None:
    loaded = load_scenario(FILES / "api-intensive/api-intensive.yml")
    [job] = loaded.scenario.load.jobs
    assert [(action.verb, action.kind, action.format) for action in job.actions] == [
        ("patch", "Deployment", "json"),
        ("patch", "Deployment", "apply"),
        ("patch", "Deployment", "strategic"),
        ("delete", "Deployment", "merge"),
        ("delete", "Pod", "merge"),
        ("delete", "Service", "merge"),
        ("delete", "ConfigMap", "merge"),
        ("delete", "Secret", "merge"),
    ]
    assert job.actions[2].patch(3, job.name) == {
        "kind": "Deployment",
        "apiVersion": "apps/v1",
        "metadata": {"labels": {"new_key_3": "new_value_3"}},
    }


def test_what_does_not_apply_is_named_with_its_line(tmp_path: Path) -> None:
    loaded = configuration(tmp_path, "namespace: n\npreLoadImages: true\nhooks: [{cmd: [rm]}]")
    warnings = [str(warning).replace(f"{tmp_path}/", "") for warning in loaded.warnings]
    assert (
        warnings[0] == "density.yml:4: jobs[0].preLoadImages: this key does not apply. images are not pulled in advance"
    )
    assert warnings[1].startswith("density.yml:5: jobs[0].hooks: ")


@pytest.mark.parametrize(
    ("job", "message"),
    [
        (
            "namespace: n\nincrementalLoad: {}",
            "density.yml:4: jobs[0].incrementalLoad: `jobs[0].incrementalLoad` cannot",
        ),
        ("namespace: n\njobType: kubevirt", "density.yml:4: jobs[0].jobType: virtual machines are not supported"),
        ("jobIterations: 2", "density.yml:2: jobs[0].namespace: the job names no namespace"),
        ("namespace: n\njobIteration: 2", "density.yml:4: jobs[0].jobIteration: "),
        ("namespace: n\nqps: fast", "density.yml:4: jobs[0].qps: "),
        ("namespace: n\nchurnConfig: {duration: 1h}", "density.yml:4: jobs[0].churnConfig: churn by duration is not"),
        ("jobType: delete", "density.yml:2: jobs[0]: the job is about objects, and none has been created"),
    ],
)
def test_what_would_be_missed_is_refused_with_its_line(tmp_path: Path, job: str, message: str) -> None:
    assert message in complaint(tmp_path, job)


@pytest.mark.parametrize(
    ("template", "message"),
    [
        ("a: {{.nothing}}", "pod.yml:1: there is no value for .nothing"),
        ("\n\n{{if}}", "pod.yml:3: a command is missing"),
        ("{{/* */}}a: [", "pod.yml:2: rendered, it is no YAML"),
        ("apiVersion: route.openshift.io/v1\nkind: Route", "pod.yml:1: there is no built-in kind 'Route'"),
        ("apiVersion: v1\nkind: Node", "pod.yml:1: a Node belongs to no namespace"),
        (f"{POD}---\n\nb: {{{{.x}}}}", "pod.yml:12: there is no value for .x"),
        ("[]", "pod.yml:1: the template gives no object"),
    ],
)
def test_templates_are_looked_at_before_anything_is_created(tmp_path: Path, template: str, message: str) -> None:
    assert message in complaint(tmp_path, "namespace: n", template=template)


def test_a_missing_template_is_complained_about_where_it_is_named(tmp_path: Path) -> None:
    rest = "  - objectTemplate: nowhere.yml\n"
    assert "density.yml:8: the template 'nowhere.yml' cannot be read: No such file" in complaint(
        tmp_path, "namespace: n", rest=rest
    ).replace("jobs[0].objects[1]: ", "")


def test_several_documents_of_a_template_are_several_objects(tmp_path: Path) -> None:
    template = f"{POD}---\n{POD.replace('kind: Pod', 'kind: Secret')}"
    loaded = configuration(tmp_path, "namespace: n", template=template)
    assert build_plan(loaded.scenario, "run").counts() == {"Namespace": 1, "Pod": 2, "Secret": 2}


def test_a_configuration_may_take_values_from_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ITERATIONS", "4")
    loaded = configuration(tmp_path, "namespace: n\njobIterations: {{.ITERATIONS}}")
    assert build_plan(loaded.scenario, "run").counts()["Namespace"] == 4
    assert "density.yml:4: there is no value for .NOT_SET" in complaint(
        tmp_path, "namespace: n\njobIterations: {{.NOT_SET}}"
    )
