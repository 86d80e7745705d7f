"""Load that several processes make together.

Belongs here: which part of a phase is whose, what a worker and the one that leads it say to each other, and both of
them. Does not belong here: observing, deleting and deciding what comes next, which the leading process does alone.
"""
