"""What a reader of a run sees: renderings of its measurements for terminals, browsers and programs.

Belongs here: turning what :mod:`plimsoll.measurement` and :mod:`plimsoll.diagnosis` say into text, JSON and HTML.
Everything is a function of the archive.

Does not belong here: what a run's numbers are (`measurement`); why something happened (`diagnosis`); parsing flags (`cli`).
"""
