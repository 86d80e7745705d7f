"""Many runs: trials as data, carried out by the cores of this machine or by a cluster of machines, and kept.

Belongs here: what a trial is and what is remembered of it, and who carries trials out::

    with remembered(Notebook(directory), hire()) as crew:
        for trial, result in crew.results(trials):
            ...

Does not belong here: which trials are worth making (`tuning`, `claims`), and how one run goes (`experiment`).
"""
