"""What a translator may know besides its records: the shop's options, what is in the store, files imported beside it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from typing import Literal

import polars as pl

from mercer.core.phrase import Phrase
from mercer.store.importing.batch import LINE
from mercer.store.importing.looking import Look
from mercer.store.importing.moments import Style
from mercer.store.store import Store

DateOrder = Literal["auto", "day-first", "month-first"]


@dataclass(frozen=True)
class Options:
    """What the person who imports says about files that leave it open.

    ``currency`` is that of amounts that name none; ``zone`` that of times that name none; ``dates`` how 03/04/2026 is read;
    ``event`` what the rows of a log are that names no behaviour; ``now`` decides which limited offers are over.
    """

    currency: str = "EUR"
    currency_given: bool = False
    zone: str = "UTC"
    dates: DateOrder = "auto"
    event: str | None = None
    now: datetime = field(default_factory=lambda: datetime.now(UTC))


@dataclass
class Context:
    """The circumstances of one file's translation, and what the translator has to say about it.

    ``refused`` collects records that could not be translated, ``notes`` what a person should know: how dates were read,
    which columns were left out.
    """

    look: Look
    options: Options
    store: Store
    companions: Mapping[str, Callable[[], pl.DataFrame]] = field(default_factory=dict)
    notes: dict[str, Phrase] = field(default_factory=dict)
    refused: list[pl.DataFrame] = field(default_factory=list)
    styles: dict[str, Style] = field(default_factory=dict)
    commas: dict[str, bool] = field(default_factory=dict)

    @cached_property
    def headers(self) -> dict[str, str]:
        """How the file itself writes each column."""
        return dict(zip(self.look.columns, self.look.headers, strict=True))

    def companion(self, name: str) -> pl.DataFrame | None:
        """All records of a file that is imported beside this one, as text; None where there is none."""
        read = self.companions.get(name)
        return read() if read else None

    def note(self, phrase: Phrase) -> None:
        """Say something about the file, once."""
        self.notes.setdefault(phrase.en, phrase)

    def currency(self, known: str | None = None) -> str:
        """The currency of amounts that name none: what the person said, what the platform implies, or the shop's."""
        return self.options.currency if self.options.currency_given or known is None else known

    def refuse(self, rows: pl.DataFrame, column: str, found: pl.Expr | str, reason: Phrase) -> None:
        """Refuse the records in ``rows`` for what stands in ``column``."""
        if rows.is_empty():
            return
        shown = found if isinstance(found, pl.Expr) else pl.lit(found)
        self.refused.append(rows.select(
            pl.col(LINE).alias("line"), pl.lit(self.headers.get(column, column)).alias("field"),
            shown.cast(pl.String).fill_null("").str.head(80).alias("found"), pl.lit(reason.en).alias("reason"),
            pl.lit(reason.zh).alias("reason_zh"),
        ))  # fmt: skip

    def take_refused(self) -> list[pl.DataFrame]:
        """The refusals since the last call."""
        refused, self.refused = self.refused, []
        return refused

    @cached_property
    def variants(self) -> pl.DataFrame:
        """What the store knows to be for sale: each variant and stock keeping unit, with its product."""
        held = self.store.frame("variants", ["variant_id", "product_id", "sku"])
        by_sku = held.filter(pl.col("sku").is_not_null()).select("product_id", "variant_id", item=pl.col("sku"))
        by_id = held.select("product_id", "variant_id", item=pl.col("variant_id"))
        return pl.concat([by_id, by_sku]).unique("item", keep="first", maintain_order=True)

    def resolve(self, rows: pl.DataFrame, item: str = "product_id") -> pl.DataFrame:
        """Replace the ids of variants and stock keeping units in ``item`` by product_id and variant_id.

        An id that the store knows as no variant's stays the product's, and variant_id is then null.
        """
        if self.variants.is_empty():
            return rows.with_columns(
                pl.col(item).alias("product_id"), pl.lit(None, dtype=pl.String).alias("variant_id")
            )
        known = self.variants.rename({"product_id": "_product", "variant_id": "_variant", "item": "_item"})
        joined = rows.join(known, left_on=item, right_on="_item", how="left", maintain_order="left")
        return joined.with_columns(
            pl.coalesce("_product", item).alias("product_id"), pl.col("_variant").alias("variant_id")
        ).drop("_product", "_variant")
