"""Changing a scenario from the command line."""

from __future__ import annotations

import pytest

from plimsoll.errors import InputError
from plimsoll.experiment.changes import Changes, changed, parse_setting
from plimsoll.experiment.preflight import checked_profile
from tests.experiment.small_scenarios import loaded


def test_without_changes_a_scenario_stays_as_it_is() -> None:
    before = loaded()
    assert changed(before, Changes()).scenario == before.scenario


def test_flags_replace_what_the_file_says() -> None:
    after = changed(loaded(), Changes(profile="ideal", nodes=7, settings={"kubelet.maxPods": 400}, keep=True)).scenario
    assert (after.cluster.profile, after.cluster.nodes, after.load.delete) == ("ideal", 7, False)
    assert after.cluster.settings == {"kubelet.maxPods": 400}


def test_a_setting_is_added_to_those_of_the_file() -> None:
    text = "name: a\ncluster: {nodes: 1, settings: {kubelet.maxPods: 300}}\nload: {jobs: [{name: j, namespaces: 1}]}\n"
    after = changed(loaded(text), Changes(settings={"kubelet.kubeAPIQPS": 5}))
    assert after.scenario.cluster.settings == {"kubelet.maxPods": 300, "kubelet.kubeAPIQPS": 5}


def test_a_complaint_about_a_change_names_its_flag() -> None:
    with pytest.raises(InputError, match=r"^--set kubelet\.maxPod: there is no such setting"):
        checked_profile(changed(loaded(), Changes(settings={"kubelet.maxPod": 5})))
    with pytest.raises(InputError, match=r"^--profile: openshift-5: there is no such profile"):
        checked_profile(changed(loaded(), Changes(profile="openshift-5")))


@pytest.mark.parametrize("nodes", [0, -3, 100_001])
def test_an_impossible_number_of_nodes_is_refused(nodes: int) -> None:
    with pytest.raises(InputError, match=r"^--nodes: "):
        changed(loaded(), Changes(nodes=nodes))


@pytest.mark.parametrize(
    ("text", "setting"),
    [
        ("kubelet.kubeAPIQPS=50", ("kubelet.kubeAPIQPS", 50)),
        (
            "kubelet.configMapAndSecretChangeDetectionStrategy = Watch",
            ("kubelet.configMapAndSecretChangeDetectionStrategy", "Watch"),
        ),
        ("network.clusterNetwork=10.0.0.0/8", ("network.clusterNetwork", "10.0.0.0/8")),
        ("kubelet.ttlController=false", ("kubelet.ttlController", False)),
        ("a=b=c", ("a", "b=c")),
    ],
)
def test_a_setting_is_a_name_and_a_value_in_yaml(text: str, setting: tuple[str, object]) -> None:
    assert parse_setting(text) == setting


@pytest.mark.parametrize("text", ["kubelet.kubeAPIQPS", "=5", "", "a=[1"])
def test_what_is_not_a_setting_is_refused(text: str) -> None:
    with pytest.raises(InputError, match="--set"):
        parse_setting(text)
