"""The vocabulary of Kubernetes: resources, names, quantities, selectors, timestamps.

Belongs here: pure functions and constants that any layer may use and that mean the same on every cluster.
Does not belong here: I/O, behaviour of a component, anything that keeps state.
"""
