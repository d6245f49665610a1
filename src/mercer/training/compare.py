"""Means with intervals, and paired differences, by resampling customers (the bootstrap; Efron & Tibshirani 1993, ch. 6).

Cases of one customer resemble each other, so customers are drawn and not cases; all models are weighed with the same
draws, so that what is hard for every model cancels in their differences.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

TIMES = 2000
"""Resamples: the ends of a 95 % interval then wander by about a twentieth of its width from seed to seed."""
LEVEL = 0.95
CHUNK = 4_000_000
"""Weights held at once, so that many customers cost time and not memory."""

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Interval:
    """A mean (or a difference of means) with the ends of its 95 % interval."""

    mean: float
    low: float
    high: float

    @property
    def has_zero(self) -> bool:
        """Whether the interval includes zero: the difference may be chance."""
        return self.low <= 0 <= self.high

    def turned(self) -> Interval:
        """The same, of the negated number."""
        return Interval(-self.mean, -self.high, -self.low)


class Resamples:
    """Draws of groups with replacement, the same for the same groups and seed.

    >>> drawn = Resamples(np.array([0, 0, 1, 2]), seed=1)
    >>> scores = np.array([[1.0], [0.0], [1.0], [1.0]])
    >>> drawn.intervals(scores)[0].mean
    0.75
    """

    def __init__(self, groups: npt.ArrayLike, seed: int = 0, times: int = TIMES) -> None:
        names, inverse = np.unique(np.asarray(groups), return_inverse=True)
        self.size = len(names)
        self.times = times
        self._of: Ints = inverse.astype(np.int64)
        self._seed = seed

    def means(self, scores: Floats) -> Floats:
        """Mean of each column in each resample: cases x columns in, resamples x columns out.

        NaN stands for a case a metric says nothing about; it is left out of that column's mean.
        """
        said = np.isfinite(scores)
        sums = self._per_group(np.where(said, scores, 0.0))
        counts = self._per_group(said.astype(np.float64))
        parts = []
        for weights in self._weights():
            with np.errstate(invalid="ignore", divide="ignore"):
                parts.append((weights @ sums) / (weights @ counts))
        return np.concatenate(parts)

    def intervals(self, scores: Floats) -> list[Interval]:
        """Mean of each column of cases x columns, with its interval."""
        return spread(column_means(scores), self.means(scores))

    def cases(self) -> Iterator[Ints]:
        """The places of the cases in each resample, for what cannot be said as a mean over cases."""
        order = np.argsort(self._of, kind="stable")
        counts = np.bincount(self._of, minlength=self.size)
        starts = np.cumsum(counts) - counts
        for drawn in self._drawn():
            for groups in drawn:
                sizes = counts[groups]
                ends = np.cumsum(sizes)
                within = np.arange(ends[-1]) - np.repeat(ends - sizes, sizes)
                yield order[np.repeat(starts[groups], sizes) + within]

    def _per_group(self, values: Floats) -> Floats:
        return np.stack([np.bincount(self._of, column, self.size) for column in values.T], axis=1)

    def _drawn(self) -> Iterator[Ints]:
        """Chunks of resamples x groups: which groups were drawn."""
        generator = np.random.default_rng(self._seed)
        rows = max(1, CHUNK // max(1, self.size))
        for start in range(0, self.times, rows):
            yield generator.integers(0, self.size, (min(rows, self.times - start), self.size))

    def _weights(self) -> Iterator[Floats]:
        """Chunks of resamples x groups: how often each group was drawn."""
        for drawn in self._drawn():
            flat = drawn + np.arange(len(drawn))[:, None] * self.size
            counts = np.bincount(flat.ravel(), minlength=drawn.size)
            yield counts.reshape(drawn.shape).astype(np.float64)


def column_means(scores: Floats) -> Floats:
    """Mean of each column over the cases it says something about; NaN where it says nothing at all."""
    said = np.isfinite(scores)
    with np.errstate(invalid="ignore", divide="ignore"):
        means: Floats = np.where(said, scores, 0.0).sum(axis=0) / said.sum(axis=0)
    return means


def spread(means: npt.ArrayLike, resampled: Floats, centred: bool = False) -> list[Interval]:
    """Intervals around ``means`` from resamples x columns.

    ``centred`` shifts the resampled values onto the mean: a resample has fewer different customers than the shop, so that
    what counts different things (coverage) comes out too low in every one of them.
    """
    means = np.atleast_1d(np.asarray(means, dtype=np.float64))
    ends = np.quantile(resampled, [(1 - LEVEL) / 2, (1 + LEVEL) / 2], axis=0)
    if centred:
        ends = ends + (means - resampled.mean(axis=0))
    return [Interval(float(m), float(low), float(high)) for m, low, high in zip(means, *ends, strict=True)]
