"""What people type, with every kubectl that there is."""

from __future__ import annotations

import subprocess

import pytest

from tests.clients.kubectl import Kubectl
from tests.clients.waiting import eventually

pytestmark = pytest.mark.slow

PATIENCE = "--timeout=30s"

WEB = """
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
  labels: {tier: front, team: blue}
spec:
  replicas: 2
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers:
      - {name: web, image: "registry.example/web:1"}
"""

WIDGETS = """
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: widgets.example.com}
spec:
  group: example.com
  scope: Namespaced
  names: {plural: widgets, singular: widget, kind: Widget, shortNames: [wd]}
  versions:
  - name: v1
    served: true
    storage: true
    additionalPrinterColumns: [{name: Size, type: integer, jsonPath: .spec.size}]
    schema:
      openAPIV3Schema:
        type: object
        properties:
          spec: {type: object, required: [size], properties: {size: {type: integer, minimum: 1}}}
"""

WIDGET = """
apiVersion: example.com/v1
kind: Widget
metadata: {name: big}
spec: {size: 10}
"""


def test_a_deployment_rolls_out_and_back(kubectl: Kubectl) -> None:
    kubectl("create", "deployment", "web", "--image=web:1")
    kubectl("scale", "deployment/web", "--replicas=2")
    assert "successfully rolled out" in kubectl("rollout", "status", "deployment/web", PATIENCE)

    kubectl("set", "image", "deployment/web", "web=web:2")
    kubectl("rollout", "status", "deployment/web", PATIENCE)
    assert kubectl("get", "deployment", "web", "-o", "wide").split()[-2:] == ["web:2", "app=web"]
    assert [line.split()[0] for line in kubectl("rollout", "history", "deployment/web").split("\n")[2:4]] == ["1", "2"]

    assert "rolled back" in kubectl("rollout", "undo", "deployment/web")
    kubectl("rollout", "status", "deployment/web", PATIENCE)
    assert kubectl.json("get", "deployment", "web")["spec"]["template"]["spec"]["containers"][0]["image"] == "web:1"

    assert "restarted" in kubectl("rollout", "restart", "deployment/web")
    assert "successfully rolled out" in kubectl("rollout", "status", "deployment/web", PATIENCE)


def test_a_deployment_is_described_with_its_replica_set_and_events(kubectl: Kubectl) -> None:
    kubectl("apply", "-f", "-", stdin=WEB)
    kubectl("wait", "--for=condition=Available", "deployment/web", PATIENCE)

    told = kubectl("describe", "deployment", "web")

    assert "2 desired | 2 updated | 2 total | 2 available | 0 unavailable" in told
    assert "(2/2 replicas created)" in told
    assert "Scaled up replica set web-" in told


def test_a_service_finds_its_pods(kubectl: Kubectl) -> None:
    kubectl("apply", "-f", "-", stdin=WEB)
    kubectl("wait", "--for=condition=Available", "deployment/web", PATIENCE)
    assert "service/web exposed" in kubectl("expose", "deployment", "web", "--port=80", "--target-port=8080")

    def addresses() -> list[str]:
        subsets = kubectl.json("get", "endpoints", "web").get("subsets", ())
        return [address["ip"] for subset in subsets for address in subset.get("addresses", ())]

    eventually(lambda: len(addresses()) == 2)
    told = kubectl("describe", "service", "web")
    assert all(f"{address}:8080" in told for address in addresses())


def test_apply_creates_changes_and_forgets_what_is_not_said_any_more(kubectl: Kubectl) -> None:
    assert "created" in kubectl("apply", "-f", "-", stdin=WEB)
    assert "unchanged" in kubectl("apply", "-f", "-", stdin=WEB)
    changed = WEB.replace(", team: blue", "").replace("replicas: 2", "replicas: 3")

    assert "+  replicas: 3" in kubectl("diff", "-f", "-", stdin=changed, code=1)
    assert "configured" in kubectl("apply", "-f", "-", stdin=changed)

    web = kubectl.json("get", "deployment", "web")
    assert web["metadata"]["labels"] == {"tier": "front"}
    assert web["spec"]["replicas"] == 3
    kubectl("diff", "-f", "-", stdin=changed)


def test_server_side_apply_tells_who_else_owns_a_field(kubectl: Kubectl) -> None:
    kubectl("apply", "--server-side", "--field-manager=one", "-f", "-", stdin=WEB)
    changed = WEB.replace("replicas: 2", "replicas: 3")

    refused = kubectl("apply", "--server-side", "--field-manager=two", "-f", "-", stdin=changed, code=1)
    assert 'conflict with "one"' in refused
    assert ".spec.replicas" in refused

    kubectl("apply", "--server-side", "--field-manager=two", "--force-conflicts", "-f", "-", stdin=changed)
    assert kubectl.json("get", "deployment", "web")["spec"]["replicas"] == 3


def test_objects_are_shown_in_every_form(kubectl: Kubectl) -> None:
    for name in ("b", "a"):
        kubectl("run", name, "--image=box", "--restart=Never", f"--labels=name={name}")
    kubectl("wait", "--for=condition=Ready", "pod/a", "pod/b", PATIENCE)

    header, *rows = kubectl("get", "pods", "--sort-by=.metadata.name", "-o", "wide", "--show-labels").splitlines()
    assert header.split()[:5] == ["NAME", "READY", "STATUS", "RESTARTS", "AGE"]
    assert [row.split()[:3] for row in rows] == [["a", "1/1", "Running"], ["b", "1/1", "Running"]]
    assert rows[0].endswith("name=a")
    assert kubectl("get", "pods", "-l", "name=a", "-o", "name") == "pod/a\n"
    assert kubectl("get", "pods", "--field-selector=metadata.name=b", "-o", "name") == "pod/b\n"
    assert kubectl("get", "pod", "a", "-o", "jsonpath={.status.phase}") == "Running"
    assert kubectl("get", "pods", "-o", "custom-columns=N:.metadata.name").split() == ["N", "a", "b"]
    assert "phase: Running" in kubectl("get", "pod", "a", "-o", "yaml")
    assert kubectl("get", "pods", "--all-namespaces").startswith("NAMESPACE")
    assert "No resources found" in kubectl("get", "secrets", "-l", "no=such")


def test_objects_are_labelled_annotated_and_patched(kubectl: Kubectl) -> None:
    kubectl("create", "configmap", "settings", "--from-literal=a=1")
    kubectl("label", "configmap", "settings", "tier=front")
    kubectl("annotate", "configmap", "settings", "note=x")
    kubectl("patch", "configmap", "settings", "--type=merge", "-p", '{"data":{"b":"2"}}')
    kubectl("patch", "configmap", "settings", "--type=json", "-p", '[{"op":"remove","path":"/data/a"}]')
    kubectl("patch", "configmap", "settings", "-p", '{"metadata":{"labels":{"tier":null,"team":"blue"}}}')

    settings = kubectl.json("get", "configmap", "settings")

    assert settings["data"] == {"b": "2"}
    assert settings["metadata"]["labels"] == {"team": "blue"}
    assert settings["metadata"]["annotations"]["note"] == "x"
    assert "not found" in kubectl("get", "configmap", "nothing", code=1)
    assert "already exists" in kubectl("create", "configmap", "settings", code=1)


def test_a_pod_is_described_and_deleted(kubectl: Kubectl) -> None:
    kubectl("run", "box", "--image=box", "--restart=Never", "--", "sleep", "1000")
    kubectl("wait", "--for=condition=Ready", "pod/box", PATIENCE)
    kubectl("logs", "box")

    told = kubectl("describe", "pod", "box")

    assert "Successfully assigned" in told
    assert "QoS Class:" in told
    assert "node.kubernetes.io/not-ready:NoExecute" in told
    kubectl("delete", "pod", "box", "--grace-period=1", PATIENCE)
    assert "not found" in kubectl("get", "pod", "box", code=1)


def test_a_watch_shows_what_happens(kubectl: Kubectl) -> None:
    with subprocess.Popen(
        kubectl.command("get", "pods", "--watch", "-o", "name"), stdout=subprocess.PIPE, text=True
    ) as watching:
        assert watching.stdout is not None
        kubectl("run", "box", "--image=box")
        assert watching.stdout.readline() == "pod/box\n"
        watching.terminate()


def test_jobs_run_to_their_end(kubectl: Kubectl) -> None:
    kubectl("create", "job", "once", "--image=box", "--", "true")
    kubectl("wait", "--for=condition=Complete", "job/once", PATIENCE)
    assert "1/1" in kubectl("get", "job", "once")

    if kubectl.version < (1, 21):
        return  # it knows CronJobs as batch/v1beta1 only
    kubectl("create", "cronjob", "often", "--image=box", "--schedule=* * * * *", "--", "true")
    kubectl("create", "job", "now", "--from=cronjob/often")
    kubectl("wait", "--for=condition=Complete", "job/now", PATIENCE)
    eventually(lambda: kubectl.json("get", "cronjob", "often")["status"].get("lastScheduleTime"))


def test_a_node_is_cordoned_tainted_and_drained(kubectl: Kubectl) -> None:
    kubectl("apply", "-f", "-", stdin=WEB)
    kubectl("wait", "--for=condition=Available", "deployment/web", PATIENCE)
    node = kubectl.json("get", "pods")["items"][0]["spec"]["nodeName"]

    assert "cordoned" in kubectl("cordon", node)
    assert "SchedulingDisabled" in kubectl("get", "node", node)
    selector = "--pod-selector=app=web"
    assert "drained" in kubectl("drain", node, selector, "--ignore-daemonsets", "--force", PATIENCE)
    assert kubectl.json("get", "pods", f"--field-selector=spec.nodeName={node}")["items"] == []
    kubectl("rollout", "status", "deployment/web", PATIENCE)

    kubectl("taint", "node", node, "maintenance=yes:NoSchedule")
    assert "maintenance=yes:NoSchedule" in kubectl("describe", "node", node)
    kubectl("taint", "node", node, "maintenance-")
    kubectl("uncordon", node)


def test_roles_decide_what_an_account_may_do(kubectl: Kubectl) -> None:
    kubectl("create", "serviceaccount", "robot")
    kubectl("create", "role", "reader", "--verb=get,list", "--resource=pods")
    kubectl("create", "rolebinding", "robot", "--role=reader", f"--serviceaccount={kubectl.namespace}:robot")
    robot = f"--as=system:serviceaccount:{kubectl.namespace}:robot"

    assert kubectl("auth", "can-i", "list", "pods", robot) == "yes\n"
    assert kubectl("auth", "can-i", "delete", "pods", robot, code=1).splitlines()[-1] == "no"
    assert "[get list]" in kubectl("auth", "can-i", "--list", robot)
    assert "cannot delete resource" in kubectl("delete", "pod", "x", robot, code=1)
    if kubectl.version >= (1, 28):
        assert "system:masters" in kubectl("auth", "whoami")
        token = kubectl("create", "token", "robot").strip()
        assert f"serviceaccount:{kubectl.namespace}:robot" in kubectl("auth", "whoami", f"--token={token}")


def test_a_quota_limits_what_is_created(kubectl: Kubectl) -> None:
    kubectl("create", "quota", "few", "--hard=pods=1")
    eventually(lambda: kubectl.json("get", "quota", "few").get("status", {}).get("hard"))
    kubectl("run", "first", "--image=box")

    assert "exceeded quota: few" in kubectl("run", "second", "--image=box", code=1)
    assert eventually(lambda: "1     1" in kubectl("describe", "quota", "few"))


def test_the_api_explains_itself(kubectl: Kubectl) -> None:
    assert "strategy" in kubectl("explain", "deployment.spec")
    resources = kubectl("api-resources", "--api-group=apps", "--no-headers")
    assert [line.split()[0] for line in resources.splitlines()] == [
        "controllerrevisions",
        "daemonsets",
        "deployments",
        "replicasets",
        "statefulsets",
    ]
    assert {"v1", "apps/v1", "batch/v1"} <= set(kubectl("api-versions").split())
    assert "is running at" in kubectl("cluster-info")
    assert kubectl("config", "current-context").startswith("plimsoll-")
    assert kubectl.json("version")["serverVersion"]["major"] == "1"


def test_usage_is_shown(kubectl: Kubectl) -> None:
    kubectl("run", "box", "--image=box")
    kubectl("wait", "--for=condition=Ready", "pod/box", PATIENCE)

    nodes = eventually(lambda: _succeeds(kubectl, "top", "nodes", "--no-headers"))
    assert len(nodes.splitlines()) == 4
    pods = eventually(lambda: _succeeds(kubectl, "top", "pods", "--no-headers"))
    assert pods.split()[0] == "box"


def _succeeds(kubectl: Kubectl, *arguments: str) -> str:
    """What a command prints; nothing as long as it fails."""
    done = subprocess.run(kubectl.command(*arguments), capture_output=True, text=True, timeout=60, check=False)
    return done.stdout if done.returncode == 0 and "not available" not in done.stderr else ""


def test_custom_resources_are_kinds_as_all_others(kubectl: Kubectl) -> None:
    kubectl("apply", "-f", "-", stdin=WIDGETS)
    kubectl("wait", "--for=condition=Established", "crd/widgets.example.com", PATIENCE)
    kubectl("apply", "-f", "-", stdin=WIDGET)

    header, row = kubectl("get", "wd").splitlines()
    assert (header.split()[:2], row.split()[:2]) == (["NAME", "SIZE"], ["big", "10"])
    assert "should be greater than or equal to 1" in kubectl(
        "patch", "widget", "big", "--type=merge", "-p", '{"spec":{"size":0}}', code=1
    )
    assert "size" in kubectl("explain", "widget.spec")
    assert "configured" in kubectl("apply", "-f", "-", stdin=WIDGET.replace("10", "20"))
    assert "Size:  20" in kubectl("describe", "widget", "big")
    kubectl("delete", "crd", "widgets.example.com", PATIENCE)
    assert "the server" in kubectl("get", "wd", code=1)
