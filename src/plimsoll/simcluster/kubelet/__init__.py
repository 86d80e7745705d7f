"""One kubelet and its parts, each in a file named after the part of the real one that it models.

A pod's start, as kubelet/kubelet.go and kubelet/pod_workers.go do it: admission, status Pending, volumes, pull secrets
(on every sync, one after the other), sandbox and containers, relist, status Running; then a sync again and again.
"""
