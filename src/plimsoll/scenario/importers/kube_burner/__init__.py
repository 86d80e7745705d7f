"""kube-burner's configurations (kube-burner/kube-burner v2), with the templates of objects that they name.

Belongs here: what a configuration may say (``configuration``), reading the template files beside it (``objects``), and
what its jobs become (``translation``). A job that creates becomes a job of ours; those that patch, read or delete become
actions of the creating job before them. Keys that change nothing here are named in warnings, those that would be
missed are refused.
"""

from plimsoll.scenario.importers.kube_burner.configuration import looks_like_configuration
from plimsoll.scenario.importers.kube_burner.translation import read

__all__ = ["looks_like_configuration", "read"]
