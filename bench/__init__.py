"""Speed and memory, measured from outside: ``python -m bench [MODULE...]``.

A module here has one function, ``measure()``, that yields :class:`bench.figures.Figure`. Each module runs in a process of
its own, so that no measurement inherits another's heap. What is measured here is the wall clock and the machine's memory;
nothing in ``tests/`` asserts on either.
"""
