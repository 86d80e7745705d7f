"""Why a run went as it did: what its archive shows, judged by a catalogue of findings.

Belongs here: what a real cluster lets be seen of itself (`observable`), typed questions to that (`evidence`), and the
catalogue, in which every finding is one file.

Does not belong here: the simulated cluster, whose insides a real one would not show; changing settings and running again
(`tuning`); pages and tables (`report`).
"""
