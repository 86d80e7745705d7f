"""What happened in a run, as numbers: its archive asked for counts, durations and rates, as frozen data without layout.

Belongs here: asking an archive what happened (`summary` and the modules it gathers), naming the numbers that objectives
are written about (`metrics`), and saying a number in words (`wording`). Everything is a function of the archive.

Does not belong here: a cluster, a clock, the network; why something happened (`diagnosis`); pages and tables (`report`).
"""
