"""What a metric is: a name, a function from answers and truth to numbers, a direction, a unit."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from mercer.core.phrase import Phrase

if TYPE_CHECKING:
    import numpy as np


@dataclass(frozen=True, slots=True)
class Metric:
    """How good answers are.

    ``of`` takes what the capability's exam hands it (answers beside truth, for all cases at once). A metric per case
    gives one number for each case; its mean is reported with an interval over cases. A metric of the whole
    (``per_case=False``: coverage, Gini) gives a single number, and its interval comes from resampling cases.
    """

    name: str
    of: Callable[[Any], np.ndarray | float]
    about: Phrase
    higher_is_better: bool = True
    unit: str = "fraction"
    per_case: bool = True
