"""What the kubelet, the kernel and the servers themselves say of trouble with DNS, in their own words."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from plimsoll.kernel import Kernel
    from plimsoll.simcluster.settings import DnsSettings
    from plimsoll.telemetry import Telemetry

NAMESPACE = "kube-system"

FORWARDS_EXCEEDED = "Maximum number of concurrent DNS queries reached (max: {most})"
"""dnsmasq, forward.c ``query_full``."""

_PROBE = {
    "kube-dns": "Liveness probe failed: HTTP probe failed with statuscode: 503",
    "coredns": 'Liveness probe failed: Get "http://:8080/health": context deadline exceeded '
    "(Client.Timeout exceeded while awaiting headers)",
}
_KILLED = {
    "kube-dns": 'Killing container with id docker://{container}:pod "{pod}_kube-system" container "{container}" is unhealthy, '
    "it will be killed and re-created.",
    "coredns": "Container {container} failed liveness probe, will be restarted",
}
_BACKING_OFF = {
    "kube-dns": "Back-off restarting failed docker container",
    "coredns": "Back-off restarting failed container {container} in pod {pod}",
}
"""By server, because each was deployed in the time of another kubelet: that of 1.5 and 1.6, and today's."""


class Reports:
    """Events about server pods, and lines of their logs."""

    def __init__(self, kernel: Kernel, telemetry: Telemetry, settings: DnsSettings) -> None:
        self._kernel = kernel
        self._telemetry = telemetry
        self._settings = settings

    def unhealthy(self, pod: str, container: str) -> None:
        """A liveness probe failed."""
        del container  # the event's field path says it, which the record does not keep
        self._event("Warning", "Unhealthy", pod, _PROBE[self._settings.server])

    def killed(self, pod: str, container: str) -> None:
        """The kubelet gives a container up."""
        message = _KILLED[self._settings.server].format(pod=pod, container=container)
        self._event("Normal", "Killing", pod, message)

    def out_of_memory(self, pod: str, container: str) -> None:
        """The kernel's line, and the event that node-problem-detector makes of it."""
        message = f"Memory cgroup out of memory: Kill process 1 ({container}) score 1000 or sacrifice child"
        self._event("Warning", "OOMKilling", pod, message)
        self._telemetry.log(self._kernel.now, "kernel", pod, 0, message)

    def backing_off(self, pod: str, container: str) -> None:
        """The kubelet waits before it starts a container again."""
        message = _BACKING_OFF[self._settings.server].format(pod=pod, container=container)
        self._event("Warning", "BackOff", pod, message)

    def forwards_exceeded(self, pod: str) -> None:
        """No forward slot was free (dnsmasq forward.c ``query_full``; CoreDNS plugin/forward ``ErrLimitExceeded``)."""
        most = self._settings.forward_max
        if self._settings.server == "coredns":
            line = f"[ERROR] plugin/errors: 2 www.example.com. A: concurrent queries exceeded maximum {most}"
            self._telemetry.log(self._kernel.now, "coredns", pod, 0, line)
        else:
            line = f"dnsmasq[1]: {FORWARDS_EXCEEDED.format(most=most)}"
            self._telemetry.log(self._kernel.now, "dnsmasq", pod, 0, line)

    def _event(self, event_type: str, reason: str, pod: str, message: str) -> None:
        self._telemetry.event(self._kernel.now, event_type, reason, "Pod", NAMESPACE, pod, "kubelet", message)
