"""A simulated cluster as an HTTPS API server that any Kubernetes client can talk to.

What belongs in here deals with bytes: connections, TLS, credentials, content types, streaming. What the API means is in
:mod:`plimsoll.registry`.
"""
