"""The load driver: what is asked of a cluster, in which order and how fast.

Belongs here: the plan (pure data, made from a scenario), the manifests of its objects, and the execution of a plan
through the ``Cluster`` port as plain asyncio. Does not belong here: observing the cluster (``plimsoll.observe``), any
knowledge of how a cluster works inside, and choosing which cluster it is (``plimsoll.experiment``).
"""
