"""Plimsoll finds the load line of a Kubernetes cluster.

It loads a cluster in a planned way, records everything, and says what gave way first. The layers, top to bottom, are
drawn in ``docs/architecture.md`` and checked by import-linter. Nothing is imported here, so that ``plimsoll --help``
starts at once.
"""

__version__ = "0.1.0"
