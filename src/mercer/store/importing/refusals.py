"""The file of refused rows: line, field, what was found, why."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import polars as pl

_FORMULA = r"^[=@+\-\t\r]"
_AMOUNT = r"^[+-]?[\d.,]+$"


class Refusals:
    """Writes refused rows into ``<folder>/<time>-<file>.rejects.csv``, which is made when there is a first one.

    What was found is shown as text: a cell that a spreadsheet would run as a formula has an apostrophe before it.
    """

    def __init__(self, folder: Path, name: str, now: datetime) -> None:
        bare = "".join(sign if sign.isalnum() or sign in "._-" else "-" for sign in name)[:100]
        self._wanted = folder / f"{now:%Y%m%dT%H%M%S}-{bare}.rejects.csv"
        self.path: Path | None = None
        self.lines = 0

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

    def _free(self) -> Path:
        self._wanted.parent.mkdir(parents=True, exist_ok=True)
        path, number = self._wanted, 1
        while path.exists():
            number += 1
            path = self._wanted.with_name(self._wanted.name.replace(".rejects.csv", f".{number}.rejects.csv"))
        return path
