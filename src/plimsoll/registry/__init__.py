"""The Kubernetes API over a simulated cluster's store: every verb with admission, authorization and watches.

What belongs in here turns a parsed request into an answer, at once, in the kernel's time. Bytes, connections and
certificates are in :mod:`plimsoll.serve`; what can be decided from an object alone is in :mod:`plimsoll.apimachinery`.
"""
