"""The ways to install a cluster, as flags name them; those of :mod:`plimsoll.diagnosis.finding`, without its imports."""

from __future__ import annotations

FLAVORS = ("openshift", "kubeadm", "kubespray")
