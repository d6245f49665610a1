"""Run the checks over a shop's live tables."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import polars as pl

from mercer.core.operation import Progress, silent
from mercer.core.phrase import Phrase, same
from mercer.core.tables import TABLES
from mercer.trust.quality.checks import NAMES, SEVERITIES, Check, Severity, all_checks, columns_read
from mercer.trust.quality.finding import Cost, Finding, Found, Repair, TableLook
from mercer.trust.quality.view import INTERACTION_COLUMNS, Tables, View

EXAMPLES = 5
LOOKING = Phrase("looking at the data", "检查数据")

Readers = Mapping[str, Sequence[str]]
"""For each table, the capabilities whose models read it."""


def look(
    tables: Tables, now: datetime, currency: str, readers: Readers, progress: Progress = silent
) -> tuple[list[Finding], list[TableLook]]:
    """Everything the checks find, gravest first, and the size and time span of every table that holds anything.

    ``now`` is when the data is looked at, ``currency`` the shop's own. Tables are read once, and let go when no further
    check needs them.
    """
    checks = sorted(all_checks().values(), key=lambda each: (each.table, each.code))
    findings: list[Finding] = []
    looks: dict[str, TableLook] = {}
    with open_view(tables, checks, now, currency) as view:
        for place, each in enumerate(checks):
            progress(LOOKING, place, len(checks))
            findings += judge(each, view, readers)
            still = columns_read(checks[place + 1 :])
            for table in each.reads:
                if table not in still:
                    looks[table] = span_of(table, view)
                    view.release(table)
        progress(LOOKING, len(checks), len(checks))
    held = [looks[name] for name in TABLES if name in looks and looks[name].rows]
    return sorted(findings, key=lambda each: (SEVERITIES.index(each.severity), -each.costs.share, each.code)), held


def span_of(table: str, view: View) -> TableLook:
    """How many rows a table has, and from when to when."""
    time = TABLES[table].time
    first = last = None
    if time is not None and view.rows(table):
        first, last = view.frame(table).select(pl.col(time).min(), pl.col(time).max().alias("last")).collect().row(0)
    return TableLook(table=table, rows=view.rows(table), first=first, last=last)


def open_view(tables: Tables, checks: Sequence[Check], now: datetime, currency: str) -> View:
    """A view that offers what some checks read, and what interactions are counted from."""
    reads = {table: [*columns, TABLES[table].time or columns[0]] for table, columns in columns_read(checks).items()}
    for table, columns in INTERACTION_COLUMNS.items():
        reads[table] = list(dict.fromkeys([*reads.get(table, ()), *columns]))
    return View(tables, reads, now, currency)


def judge(check: Check, view: View, readers: Readers) -> Iterator[Finding]:
    """What one check finds: nothing, or one finding."""
    rows = view.rows(check.table)
    if not rows and check.table in check.reads:
        return
    held = check.find(view)
    if held is None:
        return
    suspects = _measure(held, view)
    count = suspects.count
    share = count / rows if rows and check.reads else 1.0  # a check without columns speaks of the shop as a whole
    if count == 0 or share < check.from_share:
        return
    touched, basis = (share, "rows") if suspects.touched is None else (suspects.touched, "interactions")
    numbers = {"count": f"{count:,}", "rows": f"{rows:,}", "share": percent(share)}
    says = check.says.format(**numbers)
    costs = _cost(check, touched, basis, readers.get(check.table, ()))
    severity = _severity(check, touched)
    yield Finding(
        severity=severity,
        severity_zh=NAMES[severity].zh,
        code=check.code,
        where=f"{check.table}.{check.column}" if check.column else check.table,
        found=Found(text=says.en, text_zh=says.zh, count=count, rows=rows, share=round(share, 6)),
        costs=costs,
        repair=Repair(text=check.repair.en, text_zh=check.repair.zh, automatic=check.mend is not None),
        examples=suspects.examples,
    )


@dataclass(frozen=True, slots=True)
class Suspects:
    """What was counted of the rows in question; ``touched`` is their share of all interactions, where that makes sense."""

    count: int
    examples: tuple[str, ...]
    touched: float | None


def _measure(held: pl.LazyFrame, view: View) -> Suspects:
    names = held.collect_schema().names()
    first = pl.col("id").drop_nulls().unique(maintain_order=True).head(EXAMPLES)
    wanted = [pl.len().alias("count"), first.implode().alias("ids")]
    if "interactions" in names:
        wanted.append(pl.col("interactions").sum())
    if "product_id" in names:
        wanted.append(pl.col("product_id").unique().implode().alias("products"))
    row = held.select(wanted).collect().row(0, named=True)
    examples = tuple(dict.fromkeys(masked(str(each)) for each in row["ids"] or ()))
    whole = view.interaction_count()
    touched = None
    if whole and "interactions" in names:
        touched = min(1.0, (row["interactions"] or 0) / whole)
    elif whole and "product_id" in names:
        products = pl.DataFrame({"product_id": pl.Series(row["products"] or [], dtype=pl.String)})
        touched = view.interactions().join(products, on="product_id", how="semi")["interactions"].sum() / whole
    return Suspects(row["count"], examples, touched)


def _cost(check: Check, touched: float, basis: str, capabilities: Sequence[str]) -> Cost:
    names = ", ".join(capabilities)
    reach = Phrase("{share} of the interactions {costs}", "{share} 的互动{costs}")
    if basis == "rows":
        reach = Phrase("{share} of the rows {costs}", "{share} 的行{costs}")
    text = reach.format(share=percent(touched), costs=check.costs) if check.reads or basis != "rows" else check.costs
    if capabilities:
        text = Phrase("{names}: {text}", "{names}：{text}").format(names=same(names), text=text)
    return Cost(text=text.en, text_zh=text.zh, capabilities=tuple(capabilities), share=round(touched, 6), basis=basis)


def _severity(check: Check, touched: float) -> Severity:
    steps = (touched < check.mild) + (touched < check.mild / 50)
    return SEVERITIES[min(SEVERITIES.index(check.severity) + steps, len(SEVERITIES) - 1)]


def masked(name: str) -> str:
    """An id as it may be printed: one that is somebody's e-mail address is covered.

    >>> masked("85123A"), masked("mei.chen@example.com")
    ('85123A', 'm…@…')
    """
    return f"{name[0]}…@…" if "@" in name[1:] else name


def percent(share: float) -> str:
    """A share in few characters.

    >>> percent(0.249), percent(0.00021), percent(0.0000001), percent(1.0), percent(0.9958), percent(0.99999)
    ('25%', '0.02%', '<0.01%', '100%', '99.6%', '>99.9%')
    """
    if 0.9995 <= share < 1:
        return ">99.9%"
    if share == 0 or share == 1 or 0.1 <= share < 0.995:
        return f"{share:.0%}"
    if share < 0.0001:
        return "<0.01%"
    return f"{share:.1%}" if share >= 0.01 else f"{share:.2%}"
