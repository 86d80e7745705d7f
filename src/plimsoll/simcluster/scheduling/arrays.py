"""The two kinds of column that filters and scores are written in: one value per node slot."""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

IntArray: TypeAlias = npt.NDArray[np.int64]
FloatArray: TypeAlias = npt.NDArray[np.float64]
BoolArray: TypeAlias = npt.NDArray[np.bool_]


def grown(column: npt.NDArray[Any], capacity: int) -> npt.NDArray[Any]:
    """Return the column, or a copy of it that is filled up to the capacity with zeros."""
    if column.size >= capacity:
        return column
    larger = np.zeros(capacity, column.dtype)
    larger[: column.size] = column
    return larger
