"""The file of refused rows: line, field, what was found, why."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import polars as pl

from mercer.core.phrase import Phrase

_FORMULA = r"^[=@+\-\t\r]"
_AMOUNT = r"^[+-]?[\d.,]+$"


MOST_REASONS = 20
"""Reasons that are told apart; a file with more is broken in a way that its first ones show."""


@dataclass(slots=True)
class Reason:
    """Why records of a file were refused: for which field, how often, and the first of them."""

    field: str
    reason: Phrase
    times: int
    line: int
    found: str


class Refusals:
    """Writes refused rows into ``<folder>/<time>-<file>.rejects.csv``, which is made when there is a first one.

    What was found is shown as text: a cell that a spreadsheet would run as a formula has an apostrophe before it.
    """

    def __init__(self, folder: Path, name: str, now: datetime) -> None:
        bare = "".join(sign if sign.isalnum() or sign in "._-" else "-" for sign in name)[:100]
        self._wanted = folder / f"{now:%Y%m%dT%H%M%S}-{bare}.rejects.csv"
        self.path: Path | None = None
        self.lines = 0
        self._reasons: dict[tuple[str, str], Reason] = {}

    @property
    def reasons(self) -> list[Reason]:
        """Why records were refused, the commonest reason first."""
        return sorted(self._reasons.values(), key=lambda each: -each.times)

    def add(self, rejects: pl.DataFrame) -> None:
        """Write down refused rows, in the order of their lines."""
        if rejects.is_empty():
            return
        self.lines += rejects["line"].n_unique()
        if self.path is None:
            self.path = self._free()
            self.path.write_bytes(
                b"\xef\xbb\xbf" + ",".join(rejects.columns).encode() + b"\n"
            )  # spreadsheets need the mark
        found = pl.col("found")
        risky = found.str.contains(_FORMULA) & ~found.str.contains(_AMOUNT)
        safe = rejects.sort("line", maintain_order=True).with_columns(
            pl.when(risky).then("'" + found).otherwise(found).alias("found")
        )
        with self.path.open("ab") as file:
            safe.write_csv(file, include_header=False)
        self._count(safe)

    def _count(self, rejects: pl.DataFrame) -> None:
        """Add to the reasons."""
        counted = rejects.group_by("field", "reason", "reason_zh", maintain_order=True).agg(
            pl.len(), pl.col("line").first(), pl.col("found").first()
        )
        for field, reason, chinese, times, line, found in counted.iter_rows():
            held = self._reasons.get((field, reason))
            if held is not None:
                held.times += times
            elif len(self._reasons) < MOST_REASONS:
                self._reasons[field, reason] = Reason(field, Phrase(reason, chinese), times, line, found)

    def _free(self) -> Path:
        self._wanted.parent.mkdir(parents=True, exist_ok=True)
        path, number = self._wanted, 1
        while path.exists():
            number += 1
            path = self._wanted.with_name(self._wanted.name.replace(".rejects.csv", f".{number}.rejects.csv"))
        return path
