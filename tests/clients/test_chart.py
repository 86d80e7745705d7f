"""What helm does with a chart, by kubectl: one manifest with everything in it, applied, upgraded, taken away."""

from __future__ import annotations

from uuid import uuid4

import pytest

from tests.clients.kubectl import Kubectl
from tests.clients.waiting import eventually

pytestmark = pytest.mark.slow

PATIENCE = "--timeout=30s"

CHART = """
apiVersion: v1
kind: Namespace
metadata: {name: NAME, labels: {release: NAME}}
---
apiVersion: v1
kind: ServiceAccount
metadata: {name: app, namespace: NAME, labels: {release: NAME}}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: NAME, labels: {release: NAME}}
rules: [{apiGroups: [""], resources: [pods], verbs: [get, list, watch]}]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: {name: NAME, labels: {release: NAME}}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: NAME}
subjects: [{kind: ServiceAccount, name: app, namespace: NAME}]
---
apiVersion: v1
kind: ConfigMap
metadata: {name: app, namespace: NAME, labels: {release: NAME}}
data: {mode: "plain", EXTRA: "x"}
---
apiVersion: v1
kind: Secret
metadata: {name: app, namespace: NAME, labels: {release: NAME}}
stringData: {password: "secret"}
---
apiVersion: v1
kind: Service
metadata: {name: app, namespace: NAME, labels: {release: NAME}}
spec: {selector: {app: NAME}, ports: [{port: 80, targetPort: http}]}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: app, namespace: NAME, labels: {release: NAME}}
spec:
  replicas: 2
  selector: {matchLabels: {app: NAME}}
  template:
    metadata: {labels: {app: NAME}}
    spec:
      serviceAccountName: app
      containers:
      - name: app
        image: registry.example/app:1
        ports: [{name: http, containerPort: 8080}]
        envFrom: [{configMapRef: {name: app}}]
        resources: {requests: {cpu: 10m, memory: 16Mi}}
---
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: db, namespace: NAME, labels: {release: NAME}}
spec:
  serviceName: db
  replicas: 2
  selector: {matchLabels: {app: NAME-db}}
  template:
    metadata: {labels: {app: NAME-db}}
    spec: {containers: [{name: db, image: "registry.example/db:1"}]}
---
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: {name: app, namespace: NAME, labels: {release: NAME}}
spec: {minAvailable: 1, selector: {matchLabels: {app: NAME}}}
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: app, namespace: NAME, labels: {release: NAME}}
spec:
  rules:
  - host: app.example.com
    http: {paths: [{path: /, pathType: Prefix, backend: {service: {name: app, port: {number: 80}}}}]}
---
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: backups.NAME.example.com, labels: {release: NAME}}
spec:
  group: NAME.example.com
  scope: Namespaced
  names: {plural: backups, kind: Backup}
  versions:
  - name: v1
    served: true
    storage: true
    schema: {openAPIV3Schema: {type: object, properties: {spec: {type: object, properties: {every: {type: string}}}}}}
"""

RESOURCE = """
apiVersion: NAME.example.com/v1
kind: Backup
metadata: {name: nightly, namespace: NAME, labels: {release: NAME}}
spec: {every: 24h}
"""

KINDS = "deployments,statefulsets,services,serviceaccounts,configmaps,secrets,pdb,ingresses"


@pytest.mark.parametrize("flags", [(), ("--server-side",)], ids=["by-client", "by-server"])
def test_a_chart_is_installed_upgraded_and_taken_away(kubectl: Kubectl, flags: tuple[str, ...]) -> None:
    release = f"release-{uuid4().hex[:8]}"
    chart = CHART.replace("NAME", release).replace("EXTRA", "extra")
    resource = RESOURCE.replace("NAME", release)
    kubectl = kubectl.within(release)

    kubectl("apply", *flags, "-f", "-", stdin=chart)
    kubectl("wait", "--for=condition=Established", f"crd/backups.{release}.example.com", PATIENCE)
    kubectl("apply", *flags, "-f", "-", stdin=resource)
    kubectl("rollout", "status", "deployment/app", PATIENCE)
    kubectl("rollout", "status", "statefulset/db", PATIENCE)
    assert len(kubectl("get", KINDS, "-l", f"release={release}", "-o", "name").splitlines()) == 8

    upgraded = chart.replace("app:1", "app:2").replace(', extra: "x"', "").replace("replicas: 2", "replicas: 3")
    kubectl("apply", *flags, "-f", "-", stdin=upgraded)
    kubectl("rollout", "status", "deployment/app", PATIENCE)
    assert kubectl.json("get", "configmap", "app")["data"] == {"mode": "plain"}
    assert kubectl.json("get", "deployment", "app")["status"]["readyReplicas"] == 3
    kubectl("diff", *flags, "-f", "-", stdin=resource)

    # the namespace goes first, and may be faster than kubectl is with what was in it
    kubectl("delete", "-f", "-", "--wait=false", "--ignore-not-found", stdin=resource + "---" + upgraded)
    eventually(lambda: not kubectl("get", "namespace", release, "-o", "name", "--ignore-not-found"))
    assert not kubectl("get", "clusterroles,clusterrolebindings,crd", "-l", f"release={release}", "-o", "name")
