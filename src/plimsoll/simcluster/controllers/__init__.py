"""The controllers of kube-controller-manager, and what a platform adds to them: one file each.

Belongs here: loops that watch the store and make requests through a client of their own. Controllers ignore one
another; they meet in the store. :mod:`manager` says which a cluster has, :mod:`reconciling` what most of them are made
of. A new controller is a new file, and a row in the manager's table.

Does not belong here: kubelets and the scheduler, which have packages of their own, and what an API server does to a
write (the registry).
"""
