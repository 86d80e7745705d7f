"""What is settled before a run creates anything on a real cluster.

Belongs here: one module per question, each of which asks the cluster and names all it finds; and putting the answers
together. Does not belong here: creating anything, and deciding whether to go on where nothing is in the way.
"""
