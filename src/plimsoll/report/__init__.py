"""What a reader of a run sees: a summary as pure data, and its renderings for terminals, browsers and programs.

Belongs here: asking an archive what happened (`summary` and the modules it gathers), naming the numbers that objectives
are written about (`metrics`), and turning them into text, JSON and HTML. Everything is a function of the archive.

Does not belong here: a cluster, a clock, the network; why something happened (`diagnosis`); parsing flags (`cli`).
"""
