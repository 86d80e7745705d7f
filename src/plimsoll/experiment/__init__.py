"""One run from end to end: the only place that chooses adapters.

Belongs here: what can be known to go wrong before a run starts (``preflight``), command-line changes to a scenario
(``changes``), and assembling cluster, driver, observers and archive in virtual time (``running``). Does not belong here:
what any of these do, what a run's numbers mean (``report``), flags and printing (``cli``).
"""
