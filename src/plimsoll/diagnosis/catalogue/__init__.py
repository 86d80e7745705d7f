"""The findings: a file each, named after its code (``plm101.py``), with a ``FINDING``. A new finding is a new file.

The form is :class:`plimsoll.diagnosis.finding.Finding`; ``plm101`` is an example to copy. ``observe`` is a function of
:class:`plimsoll.diagnosis.evidence.Evidence` and returns a ``Sighting`` or None. It asks

- ``evidence.pods``: created, scheduled, running, ready (arrays of seconds, NaN: never), ``late_to_start``,
  ``late_to_schedule``, ``by_node``, ``stages``;
- ``evidence.clients``: ``requests(client, verb, resource, code)``, ``refused()``, ``errors()``: count, mean_seconds, rate;
- ``evidence.gauges``: ``by_instance(series)``, ``peak(series)``, ``setting("kubelet.kubeAPIQPS", node)``; ``plateau``;
- ``evidence.events.told(reason, …, source=, matching=)``, ``evidence.logs.matching(pattern, component)``;
- ``evidence.reporting``: how late the API heard that a pod runs; ``evidence.stations``: queueing numbers;
- ``evidence.load``: what was wanted, and the driver's own limiter.

Every threshold is a :class:`Threshold` with its reason; no finding knows a profile, a scenario's name or a fault. Cases
that must and must not raise it lie in ``tests/diagnosis/cases/<code>/``, and every finding needs one of each.

Codes by subject: 1xx clients and kubelet, 2xx capacity of nodes and addresses, 3xx API server, its proxies and etcd,
4xx scheduler, 5xx runtime and images, 6xx DNS, 7xx network, database and migration, 8xx monitoring, 9xx the load's driver
and clocks.
"""

from __future__ import annotations

from functools import cache
from importlib import import_module
from pkgutil import iter_modules

from plimsoll.diagnosis.finding import Finding


@cache
def load_findings() -> tuple[Finding, ...]:
    """Every finding, in the order of their codes."""
    names = sorted(module.name for module in iter_modules(__path__))
    return tuple(import_module(f"{__name__}.{name}").FINDING for name in names)
