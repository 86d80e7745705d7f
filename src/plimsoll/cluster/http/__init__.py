"""The port to any cluster that speaks the Kubernetes API over HTTP/1.1: a real one, or ``plimsoll serve``.

Belongs here: connections and their reuse, what a request costs at this client's own limits, the encoding of objects,
watches that go on over broken connections, and the clock offset to the server. Does not belong here: who the user is
(``plimsoll.cluster.credentials``), what is asked for and how often it is tried (``plimsoll.driver``), and what the
counts end up in (the caller gives a meter).
"""
