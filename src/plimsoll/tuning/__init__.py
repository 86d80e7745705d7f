"""Which settings and which load hold: searches that run a scenario again and again.

Belongs here: knobs, objectives over several seeds, searches, the smallest set of changes, frontiers, sensitivity.

Does not belong here: carrying runs out (`campaign`), what a run's archive says (`measurement`, `diagnosis`), and
arithmetic without a run (`planning`).
"""
