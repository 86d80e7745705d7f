"""Which points of a grid to try next: searches as generators that ask for verdicts and know nothing of runs.

Belongs here: bisection, descent along several knobs, frontiers, the optimiser; each is a function of the verdicts it was
given, so that a search that was stopped goes on by being given the same verdicts again.

Does not belong here: what a point means to a scenario (`tuning.knob`), and how a verdict is found out (`tuning.judging`).
"""
