"""What a client of a cluster's API can see of a run: pods, namespaces and nodes, over time.

Belongs here: watching through :class:`plimsoll.cluster.port.Cluster`, and the pure reading of objects into states and
milestones. Does not belong here: creating or deleting anything, knowledge of how a cluster works inside, files.
"""
