"""What stopped arriving: a table that ends long before the others, days without a single row, a shop of long ago."""

from __future__ import annotations

from datetime import timedelta

import polars as pl

from mercer.core.phrase import Phrase
from mercer.core.tables import table as declared
from mercer.trust.quality.checks import Check, check
from mercer.trust.quality.view import View

PATIENCE = timedelta(days=14)
"""A table may end so much earlier than the others, or a tenth of the shop's span, whichever is longer."""

SILENCE = 3
"""So many days in a row without a row are a gap, in a shop that otherwise has BUSY rows a day or more."""
BUSY = 20
AROUND = 5
"""The days before and after a gap that are looked at: they have to be a quarter as busy as usual, or the shop was only beginning."""


def _lagging(table: str, costs: Phrase) -> Check:
    time = declared(table).time or ""
    key = declared(table).key[0]

    @check(
        f"stale.{table}",
        f"{table}.{time}",
        severity="medium",
        says=Phrase(
            f"all {{count}} {table} end long before the rest of the shop's data",
            f"{table} 的全部 {{count}} 行都远早于店铺的其他数据",
        ),
        costs=costs,
        repair=Phrase(
            "import a fresh export, or find out since when the feed is broken",
            "请导入最新的导出，或查明数据源从何时起中断",
        ),
        reads={table: (key, time)},
    )
    def lagging(view: View) -> pl.LazyFrame | None:
        newest = view.last()
        if newest is None or not view.rows(table):
            return None
        first, last = view.frame(table).select(pl.col(time).min(), pl.col(time).max().alias("last")).collect().row(0)
        if last is None or newest - last <= max(PATIENCE, (newest - first) / 10):
            return None
        return view.frame(table).select(pl.col(key).alias("id"))

    return lagging


LAGGING = (
    _lagging("events", Phrase("are of the past: tastes of today cannot be seen", "已经过时：看不到当下的偏好")),
    _lagging("orders", Phrase("are of the past: what sells today cannot be seen", "已经过时：看不到当下的销售")),
    _lagging("stock", Phrase("are of the past: what is in stock today is not known", "已经过时：不知道当下的库存")),
    _lagging(
        "prices", Phrase("are of the past: what a product costs today is not known", "已经过时：不知道当下的价格")
    ),
)


@check(
    "stale.shop",
    "events",
    severity="note",
    says=Phrase("nothing has happened in this shop for more than 30 days", "店铺已有 30 多天没有任何新数据"),
    costs=Phrase("what is popular 'now' means the end of the data, not today", "“近期热门”指的是数据末尾，而非今天"),
    repair=Phrase(
        "import a fresh export before going live; for a trial this is fine", "上线前请导入最新的导出；试用则无妨"
    ),
    reads={},
)
def shop(view: View) -> pl.LazyFrame | None:
    """The last day of a shop in which nothing has happened for a month."""
    newest = view.last()
    if newest is None or view.now - newest <= timedelta(days=30):
        return None
    return pl.LazyFrame({"id": [newest.date().isoformat()]})


def _silent(table: str) -> Check:
    time = declared(table).time or ""

    @check(
        f"stale.gap_in_{table}",
        f"{table}.{time}",
        severity="low",
        says=Phrase(
            "{count} days lie in gaps of three days or more without a single row, between days full of them",
            "有 {count} 天处于连续三天以上没有任何一行的空档中，而前后都很繁忙",
        ),
        costs=Phrase(
            "may be missing: as many come in on ordinary days, if the shop was not closed",
            "可能缺失：若当时并未歇业，平常日子会有这么多",
        ),
        repair=Phrase(
            "closed, or not recorded? If not recorded, export these days again",
            "是歇业还是漏记？若是漏记，请重新导出这些日子",
        ),
        reads={table: (declared(table).key[0], time)},
    )
    def silent(view: View) -> pl.LazyFrame | None:
        days = (
            view.frame(table)
            .filter(pl.col(time) <= view.now)
            .group_by(pl.col(time).dt.date().alias("day"))
            .len()
            .collect()
        )
        if days.height < 14 or (days["len"].median() or 0) < BUSY:  # type: ignore[operator]
            return None
        usual = int(days["len"].median() or 0)  # type: ignore[arg-type]
        before = pl.col("len").rolling_median(AROUND, min_samples=1)
        after = pl.col("len").reverse().rolling_median(AROUND, min_samples=1).reverse().shift(-1)
        gaps = days.sort("day").with_columns(
            gap=(pl.col("day").shift(-1) - pl.col("day")).dt.total_days() - 1, around=pl.min_horizontal(before, after)
        )
        missing = gaps.filter((pl.col("gap") >= SILENCE) & (pl.col("around") >= usual / 4))
        empty = [
            (each["day"] + timedelta(days=step)).isoformat()
            for each in missing.iter_rows(named=True)
            for step in range(1, each["gap"] + 1)
        ]
        return pl.LazyFrame(
            {"id": empty, "interactions": [usual] * len(empty)}, {"id": pl.String(), "interactions": pl.Int64()}
        )

    return silent


SILENT = (_silent("events"), _silent("orders"))
