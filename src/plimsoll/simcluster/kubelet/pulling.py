"""Images that a node does not have are pulled, one at a time or several (kubelet/images, image_manager.go and puller.go).

An image is pulled when the first pod needs it, and stays. By default the kubelet pulls one image at a time, so that a
pod waits for all pulls that were asked for before its own. Pulls beyond the limit of the registry fail at once and are
tried again after a back-off. A pod's images are pulled one after the other and before its sandbox is made: a simplification,
by which only pods that wait for an image have no sandbox yet.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from plimsoll.kernel import TokenBucket

if TYPE_CHECKING:
    from plimsoll.kernel import Kernel, Random
    from plimsoll.simcluster.settings import KubeletSettings, RuntimeSettings

FIRST_BACKOFF_SECONDS, LONGEST_BACKOFF_SECONDS = 10.0, 300.0
"""Between attempts to pull an image (kubelet.go: imageBackOffPeriod, MaxImageBackOff)."""

Tell = Callable[[str, str, str], None]
"""Takes an event's type, reason and message."""


class ImagePuller:
    """The images of one node."""

    def __init__(self, kernel: Kernel, kubelet: KubeletSettings, runtime: RuntimeSettings, random: Random) -> None:
        self._kernel = kernel
        self._runtime = runtime
        self._random = random
        self._most = 1 if kubelet.serialize_image_pulls else kubelet.max_parallel_image_pulls
        limited = kubelet.registry_pull_qps > 0
        self._bucket = TokenBucket(kubelet.registry_pull_qps, kubelet.registry_burst) if limited else None
        self._present: set[str] = set()
        self._waiting: dict[str, list[Callable[[float], None]]] = {}
        """Who waits for each image that is being pulled, or is to be."""
        self._queue: deque[str] = deque()
        self._active = 0
        self._pulled = 0
        self._pull_seconds = 0.0

    def totals(self) -> tuple[int, float]:
        """How many times an image was pulled for a pod, and the seconds that this took, waits included."""
        return self._pulled, self._pull_seconds

    def provide(self, images: Sequence[str], tell: Tell, then: Callable[[], None], attempt: int = 0) -> None:
        """Call ``then`` when the node has all of these images."""
        missing = [image for image in images if image not in self._present]
        if not missing:
            then()
            return
        image = missing[0]
        if image not in self._waiting and not self._accepted():
            pause = min(FIRST_BACKOFF_SECONDS * 2**attempt, LONGEST_BACKOFF_SECONDS)
            tell("Warning", "Failed", f'Failed to pull image "{image}": pull QPS exceeded')
            tell("Warning", "Failed", "Error: ErrImagePull")
            tell("Normal", "BackOff", f'Back-off pulling image "{image}"')
            self._kernel.after(pause, self.provide, missing, tell, then, attempt + 1)
            return
        asked_seconds = self._kernel.now
        tell("Normal", "Pulling", f'Pulling image "{image}"')

        def there(took_seconds: float) -> None:
            waited = self._kernel.now - asked_seconds
            self._pulled += 1
            self._pull_seconds += waited
            size = f". Image size: {self._runtime.image_bytes} bytes." if self._runtime.image_bytes else ""
            message = (
                f'Successfully pulled image "{image}" in {took_seconds:.3f}s ({waited:.3f}s including waiting){size}'
            )
            tell("Normal", "Pulled", message)
            self.provide(missing[1:], tell, then)

        self._waiting.setdefault(image, []).append(there)
        if len(self._waiting[image]) == 1:
            self._queue.append(image)
            self._begin()

    def _accepted(self) -> bool:
        """Whether the registry's limit lets a pull begin: it never waits."""
        now = self._kernel.now
        if self._bucket is None:
            return True
        accepted = self._bucket.tokens(now) >= 1
        if accepted:
            self._bucket.reserve(now)
        return accepted

    def _begin(self) -> None:
        while self._queue and (not self._most or self._active < self._most):
            self._active += 1
            jitter = self._runtime.jitter
            drawn = self._runtime.image_pull_seconds * (1 - jitter + 2 * jitter * self._random.random())
            self._kernel.after(drawn, self._finished, self._queue.popleft(), drawn)

    def _finished(self, image: str, took_seconds: float) -> None:
        self._active -= 1
        self._present.add(image)
        for there in self._waiting.pop(image):
            there(took_seconds)
        self._begin()
