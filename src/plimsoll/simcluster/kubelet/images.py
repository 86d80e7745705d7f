"""Image pulls that take time: where a pod says how long, once per node and image, and on a node one after the other.

That they wait for each other is the kubelet's default (``serializeImagePulls``). Images of pods that say nothing are on
every node already.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from plimsoll.simcluster.kubelet.commands import IMAGE_ANNOTATION, duration_seconds

if TYPE_CHECKING:
    from plimsoll.kube.resources import Object


class Images:
    """What the nodes of a cluster have pulled, or are pulling."""

    def __init__(self) -> None:
        self._there_seconds: dict[tuple[str, str], float] = {}
        self._free_seconds: dict[str, float] = {}

    def pull(self, pod: Object, node: str, image: str, now_seconds: float) -> float:
        """Seconds until an image is on a node; nothing where it is."""
        text = (pod["metadata"].get("annotations") or {}).get(IMAGE_ANNOTATION, "")
        duration = duration_seconds(text) if text else 0.0
        if not duration:
            return 0.0
        key = (node, image)
        if key not in self._there_seconds or _pulls_always(pod, image):
            begin = max(now_seconds, self._free_seconds.get(node, 0.0))
            self._free_seconds[node] = self._there_seconds[key] = begin + duration
        return max(self._there_seconds[key] - now_seconds, 0.0)


def _pulls_always(pod: Object, image: str) -> bool:
    """Whether a pod pulls an image though it may be there."""
    containers = [*pod["spec"]["containers"], *(pod["spec"].get("initContainers") or ())]
    return any(one.get("image") == image and one.get("imagePullPolicy") == "Always" for one in containers)
