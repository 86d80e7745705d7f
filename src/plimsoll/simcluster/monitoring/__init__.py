"""Prometheus as a process that can run out of memory, and as a memory that forgets.

Here belong the series in its head (:mod:`~plimsoll.simcluster.monitoring.head`), what they and queries cost
(:mod:`~plimsoll.simcluster.monitoring.costs`), and its life with crashes
(:mod:`~plimsoll.simcluster.monitoring.prometheus`). The values of the series do not: nobody asks this Prometheus
anything, and Plimsoll measures a run by itself.
"""

from __future__ import annotations

from plimsoll.simcluster.monitoring.prometheus import Prometheus

__all__ = ["Prometheus"]
