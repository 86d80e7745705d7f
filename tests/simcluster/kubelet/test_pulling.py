"""Images that a node does not have, one at a time and several."""

from __future__ import annotations

import pytest

from plimsoll.kernel import Kernel, Streams
from plimsoll.simcluster.kubelet.pulling import ImagePuller
from plimsoll.simcluster.profile import load_profile


def pulls(*wanted: str, later: tuple[str, ...] = (), **settings: float) -> tuple[dict[str, float], list[str]]:
    """When each image was there, of pods that all want one at once (``later``: after 15 s); and what was told."""
    named = {f"kubelet.{name}": value for name, value in settings.items()}
    profile = load_profile("kubernetes-1.36", {"runtime.imagePullSeconds": 10, "runtime.jitter": 0, **named})
    kernel, there, told = Kernel(), dict[str, float](), list[str]()
    puller = ImagePuller(kernel, profile.kubelet, profile.runtime, Streams(1).stream("images"))

    def want(name: str, image: str) -> None:
        puller.provide(
            [image], lambda _type, reason, _message: told.append(reason), lambda: there.update({name: kernel.now})
        )

    for image in wanted:
        want(image, image)
    for image in later:
        kernel.at(15.0, want, f"{image} later", image)
    kernel.run()
    return there, told


def test_serialised_pulls_of_some_images_take_as_many_times_as_long() -> None:
    there, told = pulls("a", "b", "c")

    assert there == {"a": 10.0, "b": 20.0, "c": 30.0}
    assert told == ["Pulling"] * 3 + ["Pulled"] * 3


def test_pulls_that_are_not_serialised_go_on_side_by_side_up_to_their_limit() -> None:
    assert pulls("a", "b", "c", serializeImagePulls=False)[0] == {"a": 10.0, "b": 10.0, "c": 10.0}
    limited, _ = pulls("a", "b", "c", serializeImagePulls=False, maxParallelImagePulls=2)
    assert limited == {"a": 10.0, "b": 10.0, "c": 20.0}


def test_a_pod_whose_image_is_present_overtakes() -> None:
    there, _ = pulls("a", "b", later=("a",))

    assert there == {"a": 10.0, "a later": 15.0, "b": 20.0}


@pytest.mark.parametrize("burst", [1, 2])
def test_pulls_beyond_the_limit_of_the_registry_fail_at_once_and_back_off(burst: int) -> None:
    there, told = pulls("a", "b", "c", registryPullQPS=0.01, registryBurst=burst, serializeImagePulls=False)

    assert sum(at == 10.0 for at in there.values()) == burst
    assert {"Failed", "BackOff"} <= set(told)
    assert len(there) == 3
