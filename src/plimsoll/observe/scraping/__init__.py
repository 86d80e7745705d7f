"""Reading off a real cluster what the simulated one samples: metrics, configurations, command lines.

Belongs here: the text format of metrics, which metric is which series, how counters become rates, and whom to ask.

Does not belong here: what is concluded from the samples (`diagnosis`), and how pages travel (`cluster`).
"""
