from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from plimsoll.simcluster.profile import COMPONENTS, Knowledge, ProfileError, load_profile, profile_names
from plimsoll.simcluster.settings import setting_name

NAMES = (
    "ideal",
    "kargo",
    "kubernetes-1.36",
    "kubernetes-1.5.1",
    "kubernetes-1.5.2",
    "kubernetes-1.6",
    "openshift-4.2",
    "openshift-4.3",
)


def write(folder: Path, name: str, document: object) -> str:
    path = folder / f"{name}.yaml"
    path.write_text(yaml.safe_dump(document), encoding="utf-8")
    return str(path)


def constant(value: object) -> dict[str, Any]:
    return {"value": value, "status": "guessed", "source": "a test"}


def test_the_profiles_of_the_articles_and_of_today_ship() -> None:
    assert profile_names() == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_every_constant_has_a_source_and_says_how_well_it_is_known(name: str) -> None:
    profile = load_profile(name)

    assert {constant.name.split(".")[0] for constant in profile.constants} == {
        component for component, model in COMPONENTS.items() if model.model_fields
    }
    for one in profile.constants:
        assert one.source
        assert one.status in Knowledge


def test_a_profile_states_every_setting_once() -> None:
    expected = {
        f"{component}.{setting_name(field)}" for component, model in COMPONENTS.items() for field in model.model_fields
    }
    for name in NAMES:
        stated = [constant.name for constant in load_profile(name).constants]
        assert sorted(stated) == stated
        assert set(stated) == expected


@pytest.mark.parametrize(
    ("profile", "qps", "burst", "strategy", "hours_of_watching"),
    [
        ("openshift-4.2", 5, 10, "Cache", 450),
        ("openshift-4.3", 50, 100, "Watch", 450),
        ("kubernetes-1.36", 50, 100, "Watch", 2700),
    ],
)
def test_the_kubelets_of_the_profiles_differ_as_published(
    profile: str, qps: int, burst: int, strategy: str, hours_of_watching: int
) -> None:
    kubelet = load_profile(profile).kubelet

    assert (kubelet.kube_api_qps, kubelet.kube_api_burst) == (qps, burst)
    assert kubelet.config_map_and_secret_change_detection_strategy == strategy
    assert kubelet.watch_timeout_seconds == hours_of_watching


def test_a_profile_takes_over_what_it_does_not_state_from_the_one_it_extends(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        "mine",
        {"name": "mine", "extends": "openshift-4.3", "settings": {"kubelet": {"maxPods": constant(77)}}},
    )
    profile = load_profile(path)

    assert profile.name == "mine"
    assert profile.kubelet.max_pods == 77
    assert profile.kubelet.kube_api_qps == 50


def test_a_profile_can_extend_a_file_beside_it(tmp_path: Path) -> None:
    base = {"extends": "ideal", "settings": {"kubelet": {"maxPods": constant(5)}}}
    write(tmp_path, "base", base)

    assert load_profile(write(tmp_path, "mine", {"extends": "base.yaml"})).kubelet.max_pods == 5


def test_an_override_replaces_a_value_and_is_marked_as_one() -> None:
    profile = load_profile("openshift-4.2", {"kubelet.kubeAPIQPS": 25})

    assert profile.kubelet.kube_api_qps == 25
    assert {one.name for one in profile.constants if one.status is Knowledge.OVERRIDDEN} == {"kubelet.kubeAPIQPS"}


def test_a_profile_can_be_written_down_with_all_that_is_known_of_it() -> None:
    document = load_profile("openshift-4.2").document()
    (qps,) = [one for one in document["constants"] if one["name"] == "kubelet.kubeAPIQPS"]

    assert document["name"] == "openshift-4.2"
    assert qps == {
        "name": "kubelet.kubeAPIQPS",
        "value": 5,
        "status": "published",
        "source": "article; upstream default until 1.26",
    }


@pytest.mark.parametrize(
    ("setting", "value", "says"),
    [
        ("kubelet.maxPod", 5, "Did you mean kubelet.maxPods?"),
        ("kubelet.maxPods", "many", "valid integer"),
        ("kubelet.maxPods", 0, "greater than or equal to 1"),
        ("kubelet.configMapAndSecretChangeDetectionStrategy", "Poll", "'Get', 'Cache' or 'Watch'"),
        ("network.hostPrefix", 31, "less than or equal to 30"),
        ("runtime.jitter", 1, "less than 1"),
    ],
)
def test_a_wrong_setting_is_named_with_what_would_be_right(setting: str, value: object, says: str) -> None:
    with pytest.raises(ProfileError) as caught:
        load_profile("openshift-4.2", {setting: value})

    assert caught.value.setting == setting
    assert says.lower() in str(caught.value).lower()
    assert caught.value.exit_code == 2


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("openshift-4.22", "Did you mean openshift-4.2?"),
        ("nowhere.yaml", "there is no such file"),
    ],
)
def test_an_unknown_profile_is_refused(name: str, says: str) -> None:
    with pytest.raises(ProfileError, match=says):
        load_profile(name)


@pytest.mark.parametrize(
    ("document", "says"),
    [
        ([1, 2], "a mapping is expected"),
        ({"extends": "ideal", "settings": {"kubelet": [1]}}, "a mapping is expected"),
        ({"extends": "ideal", "settings": {"kubelet": {"maxPods": 5}}}, "value, status and source"),
        (
            {"extends": "ideal", "settings": {"kubelet": {"maxPods": {**constant(5), "status": "sure"}}}},
            "value, status and source",
        ),
        ({"extends": "ideal", "settings": {"kubelet": {"maxPodz": constant(5)}}}, "extra inputs are not permitted"),
        ({"settings": {}}, "field required"),
    ],
)
def test_a_profile_of_the_wrong_form_is_refused(tmp_path: Path, document: object, says: str) -> None:
    with pytest.raises(ProfileError, match=says):
        load_profile(write(tmp_path, "mine", document))


def test_text_that_is_not_yaml_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text("settings: {unclosed", encoding="utf-8")

    with pytest.raises(ProfileError, match="this is not YAML"):
        load_profile(str(path))


def test_profiles_that_extend_each_other_are_refused(tmp_path: Path) -> None:
    write(tmp_path, "one", {"extends": "two.yaml"})
    path = write(tmp_path, "two", {"extends": "one.yaml"})

    with pytest.raises(ProfileError, match="extends itself"):
        load_profile(path)


def test_settings_are_named_as_kubernetes_names_them() -> None:
    assert [setting_name(field) for field in ("max_pods", "kube_api_qps", "kube_api_burst", "event_qps")] == [
        "maxPods",
        "kubeAPIQPS",
        "kubeAPIBurst",
        "eventRecordQPS",
    ]
