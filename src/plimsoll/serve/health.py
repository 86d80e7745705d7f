"""Health: ``/livez``, ``/readyz`` and ``/healthz``, in whole, check by check, and in words."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from plimsoll.serve.responses import Response, page_not_found, text_response

if TYPE_CHECKING:
    from plimsoll.serve.exchange import Exchange

CHECKS = (
    "ping",
    "log",
    "etcd",
    "poststarthook/start-apiserver-admission-initializer",
    "poststarthook/generic-apiserver-start-informers",
    "poststarthook/priority-and-fairness-config-consumer",
    "poststarthook/priority-and-fairness-filter",
    "poststarthook/storage-object-count-tracker-hook",
    "poststarthook/start-apiextensions-informers",
    "poststarthook/start-apiextensions-controllers",
    "poststarthook/crd-informer-synced",
    "poststarthook/start-service-ip-repair-controllers",
    "poststarthook/rbac/bootstrap-roles",
    "poststarthook/scheduling/bootstrap-system-priority-classes",
    "poststarthook/priority-and-fairness-config-producer",
    "poststarthook/bootstrap-controller",
    "poststarthook/start-kubernetes-service-cidr-controller",
    "poststarthook/apiservice-registration-controller",
    "poststarthook/apiservice-discovery-controller",
    "autoregister-completion",
    "poststarthook/apiservice-openapi-controller",
    "poststarthook/apiservice-openapiv3-controller",
)
"""The checks of kube-apiserver 1.36, all of which a simulated one passes."""

READY_CHECKS = (*CHECKS, "informer-sync", "shutdown")


class Health:
    """Answers health checks; ``stopping`` makes the server not ready while it winds up."""

    def __init__(self) -> None:
        self.stopping = False

    def paths(self) -> Iterator[str]:
        """Every path of a check."""
        for root in ("healthz", "livez", "readyz"):
            yield f"/{root}"
            yield from (f"/{root}/{check}" for check in _checks(root))

    def __call__(self, exchange: Exchange) -> Response:
        """Answer a check, whatever the method."""
        root, _, check = exchange.info.path.strip("/").partition("/")
        checks = _checks(root)
        if check:
            return text_response("ok") if check in checks else page_not_found()
        failing = {"shutdown"} if self.stopping and root == "readyz" else set()
        if not failing and "verbose" not in exchange.options:
            return text_response("ok")
        excluded = exchange.options.get("exclude", "").split(",")
        lines = [self._line(name, excluded, failing) for name in checks]
        verdict = "failed" if failing - set(excluded) else "passed"
        text = "\n".join([*lines, f"{root} check {verdict}", ""])
        return text_response(text, 500 if verdict == "failed" else 200)

    @staticmethod
    def _line(check: str, excluded: list[str], failing: set[str]) -> str:
        if check in excluded:
            return f"[+]{check} excluded: ok"
        return f"[-]{check} failed: reason withheld" if check in failing else f"[+]{check} ok"


def _checks(root: str) -> tuple[str, ...]:
    return READY_CHECKS if root == "readyz" else CHECKS
