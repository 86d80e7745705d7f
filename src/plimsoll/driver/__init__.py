"""Driving load against a cluster: what to do, when, and carrying it through.

Belongs here: the plan of a scenario as pure data, arrival processes as pure state machines, and the plain asyncio code
that performs a plan through :class:`plimsoll.cluster.port.Cluster`. Does not belong here: measuring (``observe``),
knowledge of how a cluster works inside, clocks other than the running loop's.
"""
