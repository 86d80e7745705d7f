"""Scenarios: what a user asks for, as a validated model with the place in the file that every value came from.

Belongs here: the model, its contradictions, reading and writing it, other tools' formats (``importers``), the gallery.
Does not belong here: what the load becomes as Kubernetes objects (``plimsoll.driver.plan``), and anything that needs a
profile's constants, such as whether the pods fit the nodes.
"""
