"""Rules of custom resources: ``x-kubernetes-validations`` in the Common Expression Language.

Loading it takes 50 ms, so importers do so where they meet the first rule. Here belong compiling rules against a schema, the values that they see, Kubernetes' own functions, and evaluating them
all over an object. The estimation of costs, with its budgets, is left out: rules that a real API server finds too
expensive are accepted.
"""

from plimsoll.apimachinery.customresources.rules.compilation import compile_errors
from plimsoll.apimachinery.customresources.rules.evaluation import Rules

__all__ = ["Rules", "compile_errors"]
