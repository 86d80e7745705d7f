"""Runs on a cluster that is reached over HTTP: a real one, or one that ``plimsoll serve`` gives.

Belongs here: what has to be settled before anything is created there (``preflight``, ``bill``), the run itself in wall
time, what a later process needs to go on or to clean up (``ledger``), and doing so. Does not belong here: requests
and credentials (``plimsoll.cluster``), and questions to the user, which the command line asks.
"""
