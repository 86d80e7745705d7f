"""Who talks to which cluster: kubeconfig files and the service account of a pod, as client-go reads them.

Belongs here: finding and merging configuration, TLS contexts, tokens that are renewed, plugins that are run, and
complaints that name file and field. Does not belong here: requests (``plimsoll.cluster.http``), which are only given
an identity. No secret that is read here is ever part of a message.
"""
