"""The machines of the control plane: who runs on them, and how their cores are shared.

Belongs here: the capacity of a machine, the sharing among API server, scheduler and controller manager, and the
queueing theory of it. Does not belong here: what a request costs (``apiserver``), what a scheduling cycle costs
(``scheduler``), and who connects (``proxy``).
"""

from __future__ import annotations

from plimsoll.simcluster.masters.masters import Masters

__all__ = ["Masters"]
