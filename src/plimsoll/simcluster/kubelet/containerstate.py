"""How one simulated container stands, and its ``ContainerStatus``."""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from plimsoll.kube.resources import Object


class ContainerState:
    """One container, through all its restarts."""

    def __init__(self, container: Object, pod_uid: str, *, init: bool = False) -> None:
        self.container = container
        self.name: str = container["name"]
        self.image: str = container.get("image", "")
        self.is_sidecar = container.get("restartPolicy") == "Always"
        self.ready = False
        self.is_done = False
        """It has ended, and is not started again."""
        self.scheduled = False
        """Its next start is on its way."""
        self.starts = self.restarts = self.failures = 0
        self.exit_code = 0
        self.started_seconds = 0.0
        self._pod_uid = pod_uid
        self._init = init
        self._state: dict[str, Any] = {"waiting": {"reason": "PodInitializing"}}
        self._last: dict[str, Any] = {}

    @property
    def is_running(self) -> bool:
        """Whether it runs now."""
        return "running" in self._state

    @property
    def is_waiting(self) -> bool:
        """Whether it is yet to be started, or to be restarted."""
        return "waiting" in self._state

    @property
    def has_run(self) -> bool:
        """Whether it was ever started."""
        return self.starts > 0

    @property
    def lets_others_start(self) -> bool:
        """Whether it is an init container that those after it do not wait for any more."""
        return (self.is_done and not self.exit_code) or (self.is_sidecar and self.has_run)

    def start(self, now_seconds: float, now: str) -> None:
        """It runs from now on."""
        if "terminated" in self._state:
            self._last = self._state
        self.starts += 1
        self.started_seconds = now_seconds
        self.exit_code = 0
        self._state = {"running": {"startedAt": now}}

    def exit(self, code: int, now: str) -> None:
        """It has ended."""
        started = self._state["running"]["startedAt"]
        self.ready = False
        self.exit_code = code
        self._state = {
            "terminated": {
                "exitCode": code,
                "reason": "Error" if code else "Completed",
                "startedAt": started,
                "finishedAt": now,
                "containerID": self._identity(),
            }
        }

    def wait(self, reason: str, message: str, *, keep_last: bool = False) -> None:
        """It is not running for this reason."""
        if keep_last and "terminated" in self._state:
            self._last = self._state
        self._state = {"waiting": {"reason": reason, **({"message": message} if message else {})}}

    def document(self) -> Object:
        """The status as the API has it."""
        status: Object = {
            "name": self.name,
            "state": self._state,
            "lastState": self._last,
            "ready": self.ready or (self._init and self.is_done and not self.exit_code),
            "restartCount": self.restarts,
            "image": self.image,
            "imageID": self._image_identity() if self.has_run else "",
            "started": self.is_running,
        }
        if self.has_run:
            status["containerID"] = self._identity()
        return status

    def _identity(self) -> str:
        return f"containerd://{_digest(f'{self._pod_uid}/{self.name}/{self.starts}')}"

    def _image_identity(self) -> str:
        repository = self.image.rpartition("/")[2].partition("@")[0].partition(":")[0]
        return f"{repository}@sha256:{_digest(self.image)}"


def _digest(text: str) -> str:
    return sha256(text.encode()).hexdigest()
