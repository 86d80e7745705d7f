"""The programs that run in pods: plain Python, standard library only, delivered to a pod as text.

Nothing in here imports the rest of Plimsoll, but for the catalogue that says what there is and how to start it.
"""
