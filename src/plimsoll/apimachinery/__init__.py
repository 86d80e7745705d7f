"""What Kubernetes does with objects apart from storing them: schemas, defaults, validation, patches, apply, Tables.

Pure functions of objects, for built-in kinds and custom resources alike. What belongs in here needs neither a store,
nor a clock, nor a connection; what asks for other objects is in :mod:`plimsoll.registry`.
"""
