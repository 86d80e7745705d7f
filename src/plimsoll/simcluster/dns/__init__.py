"""The DNS of the cluster: what a look-up costs in queries, and what servers make of them.

Belongs here: search paths, the servers' caches, forward slots, processors and memory, their probes and restarts, and
how long a pod waits for a name. Arithmetic that needs no time is in modules of pure functions (``searchpath``,
``queueing``, ``caching``, ``answering``, ``lookups``, ``sizing``); ``pods`` and ``service`` are what happens when.
Nothing is one event for each query: a stream of queries is a rate, and a server is the steady state of a queueing
system, worked out afresh whenever its load changes. Programs in real pods that ask real servers are elsewhere.
"""
