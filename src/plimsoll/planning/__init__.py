"""What must be configured so that N nodes hold M pods each: arithmetic before anything is installed.

Here belong the decisions (:mod:`network`, :mod:`kubelet`, :mod:`controlplane`), what each way of installing Kubernetes
brings along (:mod:`flavors`), and the forms an answer takes: manifests, text, a JSON document. Everything is a pure
function of a :class:`~plimsoll.planning.wish.Wish`. What does not belong here: reading or changing a cluster, running a
simulation, printing.
"""
