"""What the articles claim, run again: published numbers, the bands they must come out in, and what does come out.

Belongs here: one file per claim in ``catalogue``, how claims are evaluated, and their table. Does not belong here: the
scenarios (``scenario/gallery``), how numbers are taken from a run (``report``), and constants of the model, which come
from ``simcluster/profiles`` and never from what a claim would like to see.
"""
