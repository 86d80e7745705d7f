"""Small trials for the tests of crews."""

from __future__ import annotations

from plimsoll.campaign.trial import Trial
from plimsoll.scenario.loading import parse_scenario
from plimsoll.scenario.model import Scenario

TEXT = """
cluster: {{profile: openshift-4.2, nodes: 2, settings: {{kubelet.kubeAPIQPS: {qps}}}}}
load:
  jobs:
  - name: few
    namespaces: {namespaces}
    objects: [{{kind: Pod}}]
expect: [pods.running == 100%]
"""


def small_scenario(namespaces: int = 5, qps: int = 5) -> Scenario:
    return parse_scenario(TEXT.format(namespaces=namespaces, qps=qps), "small.yaml").scenario


def small_trial(namespaces: int = 5, seed: int = 1, qps: int = 5) -> Trial:
    return Trial.of(small_scenario(namespaces, qps), seed, f"{namespaces} namespaces, seed {seed}")


def small_trials() -> list[Trial]:
    return [small_trial(namespaces, seed) for namespaces in (3, 5) for seed in (1, 2)]


def impossible_trial() -> Trial:
    """More pods on a node than its kubelet takes."""
    return small_trial(namespaces=2000)
