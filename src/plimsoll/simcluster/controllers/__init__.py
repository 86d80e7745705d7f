"""The controllers of kube-controller-manager, and what a platform adds to them: one file each.

Belongs here: loops that watch the store and make requests through a client of their own. Controllers ignore one
another; they meet in the store.
"""
