"""Programs for pods: each a file to start as ``python3 /plimsoll/NAME.py``, and the few modules that they share.

They run on a stock Python image: the standard library only, nothing newer than Python 3.8, no import but of each other.
Every one explains itself with ``--help``, ends on SIGTERM by reporting what it has, and reports by lines of JSON on its
standard output (:mod:`plimsoll.workloads.programs.reporting`). What belongs elsewhere: how they reach a pod
(:mod:`plimsoll.workloads.delivery`) and which arguments a scenario gives them (:mod:`plimsoll.workloads.catalogue`).
"""
