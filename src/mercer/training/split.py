"""Cutting a shop's history in two: models learn from the past and are examined on the future."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import numpy as np
import numpy.typing as npt

from mercer.core.phrase import Phrase
from mercer.core.snapshot import Snapshot

SHARE = 0.2
"""The part of what happened that lies in the future."""
LEAST, MOST = 0.1, 0.4
"""A cut at midnight has to leave a share between these; otherwise a shop's few days are too coarse, and a cut within a
day is taken."""
ENOUGH = 200
"""Fewer actions in the future than this give intervals so wide that only large differences can be told."""
FEW = 20
"""With fewer actions in all there is nothing to compare models on."""

Instants = npt.NDArray[np.datetime64]
DAY, HOUR = np.timedelta64(1, "D"), np.timedelta64(1, "h")


@dataclass(frozen=True, slots=True)
class Split:
    """Where time is cut. ``before`` and ``after`` count what the question asks about on either side."""

    cut: datetime
    before: int
    after: int
    first: datetime
    last: datetime
    words: Phrase
    young: bool = False

    def past(self, snapshot: Snapshot) -> Snapshot:
        """What models may learn from: everything that had happened, and was known, before the cut."""
        return snapshot.between(None, self.cut)

    def future(self, snapshot: Snapshot) -> Snapshot:
        """What happened from the cut on."""
        return snapshot.between(self.cut, snapshot.end)

    def plain(self) -> dict[str, Any]:
        """What JSON can hold of it."""
        held = {name: getattr(self, name).isoformat() for name in ("cut", "first", "last")}
        words = {"en": self.words.en, "zh": self.words.zh}
        return {**held, "before": self.before, "after": self.after, "words": words, "young": self.young}

    @classmethod
    def of(cls, plain: Mapping[str, Any]) -> Split:
        """A split from what ``plain`` gave."""
        times = {name: datetime.fromisoformat(plain[name]) for name in ("cut", "first", "last")}
        return cls(**{**plain, **times, "words": Phrase(**plain["words"])})


def split(times: Sequence[Any]) -> Split | None:
    """Cut where about a fifth of what happened lies ahead, at a midnight (UTC); None where too little happened.

    A day is the finest cut that does not show a model the morning of the day whose evening it is asked about. Where all
    lies within a few days the cut falls on an hour, or on the very instant, and the words say so.

    >>> from datetime import timedelta
    >>> start = datetime(2026, 1, 1, 12, tzinfo=UTC)
    >>> half = split([start + timedelta(days=day) for day in range(100)])
    >>> half.cut.isoformat(), half.before, half.after
    ('2026-03-22T00:00:00+00:00', 80, 20)
    """
    instants = np.sort(as_instants(times))
    if len(instants) < FEW or instants[0] == instants[-1]:
        return None
    for step, coarse in ((DAY, False), (HOUR, True)):
        cut = _best_cut(instants, step)
        if cut is not None:
            return _told(instants, cut, coarse)
    later = instants[instants > instants[0]]  # any cut has to leave something before it
    wanted = instants[int(len(instants) * (1 - SHARE))]
    return _told(instants, max(wanted, later[0]), coarse=True)


def _best_cut(instants: Instants, step: np.timedelta64) -> np.datetime64 | None:
    """The multiple of ``step`` that leaves closest to a fifth ahead; None where none leaves a sensible share."""
    first, last = instants[0].astype("datetime64[us]"), instants[-1]
    start = np.datetime64(0, "us") + ((first - np.datetime64(0, "us")) // step + 1) * step
    if start > last:
        return None
    cuts = np.arange(start, last + np.timedelta64(1, "us"), step)
    shares = 1 - np.searchsorted(instants, cuts, side="left") / len(instants)
    best = int(np.abs(shares - SHARE).argmin())
    return cuts[best] if LEAST <= shares[best] <= MOST else None


def _told(instants: Instants, cut: np.datetime64, coarse: bool) -> Split:
    before = int(np.searchsorted(instants, cut, side="left"))
    after = len(instants) - before
    at = _aware(cut)
    words = Phrase(
        "models learned from {before:,} actions before {at:%Y-%m-%d %H:%M} UTC and were examined on the {after:,} after it "
        "({share:.0%})",
        "以 {at:%Y-%m-%d %H:%M} UTC 为界：用此前的 {before:,} 条学习，用此后的 {after:,} 条检验（{share:.0%}）",
    ).format(before=before, at=at, after=after, share=after / len(instants))
    young = coarse or after < ENOUGH
    if coarse:
        words = _and(words, Phrase("the history is too short for a cut between two days",
                                   "历史太短，无法在两天之间划界"))  # fmt: skip
    if after < ENOUGH:
        words = _and(words, Phrase(
            "the shop is young: with fewer than {enough} to examine on, only large differences can be told",
            "店铺尚新：可供检验的不足 {enough} 条，只能分辨较大的差别").format(enough=ENOUGH))  # fmt: skip
    return Split(at, before, after, _aware(instants[0]), _aware(instants[-1]), words, young)


def _and(first: Phrase, second: Phrase) -> Phrase:
    return Phrase(f"{first.en}; {second.en}", f"{first.zh}；{second.zh}")


def as_instants(times: Sequence[Any]) -> Instants:
    """Datetimes in whatever sequence a capability keeps them (a list, an array, a Polars column) as UTC microseconds."""
    if isinstance(times, np.ndarray):
        return times.astype("datetime64[us]")
    to_numpy = getattr(times, "to_numpy", None)
    if to_numpy is not None:
        return np.asarray(to_numpy(), dtype="datetime64[us]")
    naive = [each.astimezone(UTC).replace(tzinfo=None) if each.tzinfo else each for each in times]
    return np.array(naive, dtype="datetime64[us]")


def _aware(instant: np.datetime64) -> datetime:
    plain: datetime = instant.astype("datetime64[us]").item()
    return plain.replace(tzinfo=UTC)
