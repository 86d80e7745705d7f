"""The simulated cluster: API server, scheduler, controllers, kubelets, network, driven by one kernel.

Belongs here: the behaviour of Kubernetes components and the constants that shape it (``profiles/``). Components meet
only through the store's watches and through requests that pass the whole request path, as real ones do.

Does not belong here: the wall clock, sockets, asyncio, global randomness, or any knowledge of scenarios and archives.
"""
