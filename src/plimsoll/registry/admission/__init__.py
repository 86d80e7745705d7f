"""Admission: what the API server's plug-ins do with a write before it is stored.

One module for each plug-in of kube-apiserver that is on by default and has an effect here; :mod:`.chain` puts them in
the server's order. What a kind's own strategy does, defaults and validation, is in ``apimachinery``.
"""
