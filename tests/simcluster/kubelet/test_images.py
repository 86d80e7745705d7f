from __future__ import annotations

import pytest

from plimsoll.kube.resources import Object
from plimsoll.simcluster.kubelet.images import Images
from tests.simcluster.inspection import Looking


def pod(pull: str | None = "20s", policy: str = "IfNotPresent") -> Object:
    annotations = {"plimsoll.dev/image-pull": pull} if pull else {}
    return {
        "metadata": {"annotations": annotations},
        "spec": {"containers": [{"image": "a", "imagePullPolicy": policy}]},
    }


def test_an_image_is_pulled_once_per_node() -> None:
    images = Images()
    assert images.pull(pod(), "one", "a", 0.0) == 20.0
    assert images.pull(pod(), "one", "a", 5.0) == 15.0
    assert images.pull(pod(), "one", "a", 30.0) == 0.0
    assert images.pull(pod(), "two", "a", 30.0) == 20.0


def test_pulls_of_one_node_wait_for_each_other() -> None:
    images = Images()
    assert [images.pull(pod(), "one", image, 0.0) for image in "abc"] == [20.0, 40.0, 60.0]


def test_who_pulls_always_pulls_again_and_who_says_nothing_never() -> None:
    images = Images()
    assert [images.pull(pod(policy="Always"), "one", "a", now) for now in (0.0, 100.0)] == [20.0, 20.0]
    assert images.pull(pod(None), "one", "b", 0.0) == 0.0


@pytest.mark.parametrize("inits", [0, 1])
def test_a_pod_waits_for_its_images_and_says_so(inits: int) -> None:
    looking = Looking()
    more = {"initContainers": [{"name": "first", "image": "b", "command": ["true"]}]} if inits else {}
    looking.pod("p", annotations={"plimsoll.dev/image-pull": "20s"}, nodeName="node-0", **more)
    looking.run(15)
    assert looking.status("p")["phase"] == "Pending"
    looking.run(10 + 25 * inits)
    assert looking.status("p")["phase"] == "Running"
    assert {"Pulling", "Pulled"} <= set(looking.reasons("p"))
