"""The port to a cluster: what the driver and the observers may ask of one, and nothing else.

Belongs here: the protocol and adapters that need no simulation. Does not belong here: the simulated cluster's own
adapter (see ``plimsoll.embed``), and any knowledge of how a cluster works inside.
"""
