"""Ids for events that have none: the same row has the same id in every file it stands in."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import blake2b

import polars as pl


class EventIds:
    """Ids from what an event says; of rows that say the same, each has its number.

    Equal rows count as several events where they stand near each other, within this batch and the one before. Farther apart
    they are taken for the same event, told twice.

    >>> from datetime import datetime
    >>> rows = pl.DataFrame({"user": ["a", "a", "b"], "occurred_at": [datetime(2026, 1, 1)] * 3, "given": [None, None, "e7"]})
    >>> ids = EventIds().of(rows, ["user"])
    >>> ids.n_unique(), ids[2], len(ids[0])
    (3, 'e7', 32)
    """

    def __init__(self) -> None:
        self._before = pl.DataFrame(schema={"hash": pl.String, "_met": pl.UInt32})

    def of(self, rows: pl.DataFrame, columns: Sequence[str]) -> pl.Series:
        """The ids of a batch of rows with ``occurred_at``; ``given`` ids, where there are some, stand as they are."""
        said = rows.select(pl.col("occurred_at").dt.timestamp("us"), *columns)
        hashes = _hashed(said)
        met = rows.select(hash=hashes).join(self._before, on="hash", how="left", maintain_order="left")
        again = (hashes.is_duplicated() | met["_met"].is_not_null()).arg_true()
        ids = hashes
        if len(again):
            few = met.select(pl.all().gather(again))
            place = pl.int_range(0, pl.len()).over("hash") + pl.col("_met").fill_null(0)
            numbered = few.select(place.alias("place"), "hash")
            repeated = numbered.select(
                pl.when(pl.col("place") > 0).then(pl.format("{}-{}", "hash", pl.col("place") + 1)).otherwise("hash")
            )
            ids = hashes.scatter(again, repeated.to_series())
        self._before = met.group_by("hash").agg(_met=(pl.len() + pl.col("_met").fill_null(0).first()).cast(pl.UInt32))
        given = rows["given"] if "given" in rows.columns else None
        return (ids if given is None else given.fill_null(ids)).alias("event_id")


def _hashed(said: pl.DataFrame) -> pl.Series:
    """128 bits of each row, as 32 hexadecimal digits; Polars' own hash would change with its versions."""
    texts = said.select(pl.concat_str(pl.all().cast(pl.String).fill_null(""), separator="\x1f")).to_series()
    return pl.Series("hash", [blake2b(text.encode(), digest_size=16).hexdigest() for text in texts], dtype=pl.String)
