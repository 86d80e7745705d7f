"""The archive: everything a run saw, on disk while it happens and for as long as anybody wants to ask.

Belongs here: the tables and their columns (``rows``), how they are written while a run goes on (``journal``,
``writer``) and kept once it is over (``parquet``), how they are read back (``reader``), what proves that two runs saw
the same (``hashing``), and the list of runs (``index``). Does not belong here: what any of it means, which is for
reports and diagnosis, and the bodies of objects: a Secret that is never written cannot leak.
"""
