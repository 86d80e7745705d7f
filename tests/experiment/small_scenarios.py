"""Scenarios that are over in a moment."""

from __future__ import annotations

from dataclasses import replace

from plimsoll.scenario.loading import LoadedScenario, parse_scenario
from plimsoll.scenario.model import Scenario

SMALL = """\
name: small
cluster: {profile: openshift-4.3, nodes: 2}
load:
  jobs:
  - name: job
    namespaces: 2
    objects:
    - {kind: Secret, count: 2}
    - {kind: Deployment, name: web, replicas: 3, pod: {secrets: all}}
"""

TALK = """\
name: talk
cluster: {profile: openshift-4.3, nodes: 2}
load:
  jobs:
  - name: job
    namespaces: 2
    objects:
    - {kind: Service, name: server}
    - {kind: Deployment, name: server, pod: {role: server}}
    - {kind: Deployment, name: client, replicas: 2, pod: {role: client, server: server}}
    exchange: {bytesPerSecond: 100kB, seconds: 600}
"""

STUCK = """\
name: stuck
cluster: {profile: ideal, nodes: 1, allowOverload: true, settings: {kubelet.maxPods: 3, kubelet.controlPods: 0}}
load:
  jobs:
  - name: job
    objects:
    - {kind: Deployment, name: web, replicas: 5}
    wait: {for: running, timeout: 10m}
"""
"""Five pods on a node that takes three."""


def loaded(text: str = SMALL) -> LoadedScenario:
    return parse_scenario(text, "small.yaml")


def loaded_model(scenario: Scenario) -> LoadedScenario:
    """A scenario that was never in a file."""
    return replace(loaded(), scenario=scenario)
