"""KWOK's ``Stage`` objects: the life of pods and nodes as users write it, on the nodes that carry KWOK's marks.

Belongs here: reading stages, which stage an object is in, when the next comes, and what it does. Status templates are
programs in Go's template language, and are not run: the stages that KWOK ships are known by their names, and what they
do to a status is done natively; others with a template are refused, visibly. Does not belong here: the life that pods
have without stages (:mod:`plimsoll.simcluster.kubelet`), the definition of the resource
(:mod:`plimsoll.registry.bootstrap`).
"""
