"""Subresources that do more than write a part of their object: binding, eviction, scale, tokens.

Each module answers one; :mod:`.table` says which verb of which resource it serves. ``status`` and its like are ordinary
updates, whose limits are in ``apimachinery.preparation``.
"""
