"""Backtest cases: what people did next in the shop's future, as questions with their truth, all in arrays.

- known: somebody with a past; wanted is all they bought on the first day of the future on which they bought anything;
- session: the first part of a visit is given, wanted is what else was viewed, put into the cart or bought in it;
- goes_with: one product of an order is given, wanted are its other products;
- newcomer: as known, for persons of whom the past knows nothing; reported apart.

'Bought' is 'put into the cart' or 'viewed' in shops where too little was bought.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import polars as pl
from numpy.typing import NDArray

from mercer.capabilities.recommend.batch import BESIDE, GOES_WITH, IN_CART, KNOWN, NEWCOMER, SESSION, VIEWED
from mercer.capabilities.recommend.interactions import CART, VIEW, Log, goal_of, read_log
from mercer.capabilities.recommend.records import RecommendRequest
from mercer.core.capability import Cases

if TYPE_CHECKING:
    from mercer.core.snapshot import Snapshot

ENOUGH_CASES = 200
"""Persons who bought in the future, fewer than which carts or views are asked for instead."""
MOST_GIVEN = 200
"""Products of a visit that a request can name; of longer ones the newest."""


@dataclass(frozen=True)
class NextProducts(Cases):
    """Cases by row. ``given`` and ``wanted`` are products (codes into ``products``) of the row in ``*_row``, sorted."""

    question: NDArray[np.int8]
    person: NDArray[np.int64]
    given_row: NDArray[np.int64]
    given: NDArray[np.int64]
    given_role: NDArray[np.int8]
    wanted_row: NDArray[np.int64]
    wanted: NDArray[np.int64]
    group: NDArray[np.int64]
    persons: list[str]
    customers: int
    products: list[str]

    def __len__(self) -> int:
        return len(self.question)

    @property
    def newcomers(self) -> NDArray[np.bool_]:
        newcomer: NDArray[np.bool_] = self.question == NEWCOMER
        return newcomer

    @property
    def groups(self) -> NDArray[np.int64]:
        return self.group

    def requests(self) -> Sequence[RecommendRequest]:
        """The cases as typed requests, one by one: for tests and for reading; the exam works on the arrays."""
        return [self._request(row) for row in range(len(self))]

    def _request(self, row: int) -> RecommendRequest:
        mine = self.given_row == row
        named: dict[int, list[str]] = {VIEWED: [], IN_CART: [], BESIDE: []}
        for product, role in zip(self.given[mine].tolist(), self.given_role[mine].tolist(), strict=True):
            named[role].append(self.products[product])
        person = self.persons[self.person[row]] if self.person[row] >= 0 else None
        signed = self.person[row] < self.customers
        return RecommendRequest(
            customer=person if signed else None,
            visitor=None if signed else person,
            recent=tuple(named[VIEWED]),
            cart=tuple(named[IN_CART]),
            goes_with=named[BESIDE][0] if named[BESIDE] else None,
            in_stock_only=False,
        )


def cases_between(past: Snapshot, future: Snapshot, limit: int, seed: int) -> NextProducts:
    """At most ``limit`` cases, the kinds of question in equal parts as far as there are enough of each."""
    log = read_log(future)
    before = read_log(past)
    history = before.persons + list(before.alias)
    known = pl.Series(log.persons, dtype=pl.String).is_in(pl.Series(history, dtype=pl.String).implode())
    return make_cases(log, known.to_numpy(), limit, seed)


def make_cases(log: Log, known: NDArray[np.bool_], limit: int, seed: int) -> NextProducts:
    """Cases from a future's log; ``known`` says of each person in it whether the past knows them."""
    rng = np.random.default_rng(seed)
    rows = pl.DataFrame(
        {"person": log.person, "product": log.product, "kind": log.kind, "day": log.day, "basket": log.basket}
    )
    goal, next_ones = _next_ones(rows)
    familiar = pl.Series(known)[next_ones["person"]] if next_ones.height else pl.Series([], dtype=pl.Boolean)
    found = {
        KNOWN: next_ones.filter(familiar), SESSION: _visits(rows, rng), GOES_WITH: _baskets(rows, goal, rng),
        NEWCOMER: next_ones.filter(~familiar),
    }  # fmt: skip
    chosen = [_some(table, share, rng).with_columns(question=pl.lit(kind, pl.Int8))
              for (kind, table), share in zip(found.items(), _shares(found, limit), strict=True)]  # fmt: skip
    table = pl.concat(chosen).with_columns(row=pl.struct("question", "case").rle_id().cast(pl.Int64))
    return _assemble(table, log)


# Each of the following gives a table of case, person, group, product, role (-1: wanted) and place (its order), sorted
# by case: the products of one case in as many rows.
_COLUMNS = {
    "case": pl.Int64, "person": pl.Int64, "group": pl.Int64, "product": pl.Int64, "role": pl.Int8, "place": pl.Float64,
}  # fmt: skip


def _table(frame: pl.DataFrame) -> pl.DataFrame:
    return frame.select(pl.col(name).cast(kind) for name, kind in _COLUMNS.items()).sort("case", "place", "product")


def _next_ones(rows: pl.DataFrame) -> tuple[int, pl.DataFrame]:
    """The deepest kind that enough persons did, and what each did of it on the first such day."""
    persons = rows.filter(pl.col("person") >= 0)
    deepest = persons.group_by("person").agg(pl.col("kind").max())["kind"].to_numpy()
    goal = goal_of(deepest, ENOUGH_CASES)
    done = persons.filter(pl.col("kind") >= goal).with_columns(date=pl.col("day").floor())
    first = done.filter(pl.col("date") == pl.col("date").min().over("person"))
    return goal, _table(
        first.unique(["person", "product"]).with_columns(
            case="person", group="person", role=pl.lit(-1), place=pl.lit(0)
        )
    )


def _baskets(rows: pl.DataFrame, goal: int, rng: np.random.Generator) -> pl.DataFrame:
    """Orders (or filled carts) of several products: one of them, drawn by lot, is given."""
    bought = rows.filter(pl.col("kind") >= max(goal, CART)).unique(["basket", "product"]).sort("basket", "product")
    bought = bought.filter(pl.len().over("basket") > 1)
    return _table(
        bought.with_columns(lot=pl.Series(rng.random(bought.height), dtype=pl.Float64))
        .with_columns(role=pl.when(pl.col("lot") == pl.col("lot").min().over("basket")).then(BESIDE).otherwise(-1))
        .with_columns(case="basket", person=pl.lit(-1), group=_group(), place=pl.lit(0))
    )


def _visits(rows: pl.DataFrame, rng: np.random.Generator) -> pl.DataFrame:
    """Visits in which several products were met: the first ones, up to a place drawn by lot, are given."""
    visits = rows.filter((pl.col("kind") == VIEW).any().over("basket"))
    met = visits.group_by("basket", "product").agg(pl.col("person").first(), place=pl.col("day").min())
    met = met.filter(pl.len().over("basket") > 1).sort("basket", "place", "product")
    baskets = met.select(pl.col("basket").unique(maintain_order=True))
    lots = baskets.with_columns(lot=pl.Series(rng.random(baskets.height), dtype=pl.Float64))
    met = met.join(lots, on="basket", maintain_order="left").with_columns(
        at=pl.int_range(pl.len()).over("basket"), met=pl.len().over("basket")
    )
    met = met.with_columns(given=pl.col("at") < 1 + (pl.col("lot") * (pl.col("met") - 1)).floor())
    cut = met.filter("given").group_by("basket").agg(cut=pl.col("place").max())
    until = visits.join(cut, on="basket").filter(pl.col("day") <= pl.col("cut"))
    depth = until.group_by("basket", "product").agg(depth=pl.col("kind").max())
    role = pl.when(~pl.col("given")).then(-1).when(pl.col("depth") >= CART).then(IN_CART).otherwise(VIEWED)
    met = met.join(depth, on=["basket", "product"], how="left").with_columns(role=role, case="basket", group=_group())
    newest = pl.col("place").rank("ordinal", descending=True).over("case", pl.col("role") >= 0)
    return _table(met).filter((pl.col("role") < 0) | (newest <= MOST_GIVEN))


def _group() -> pl.Expr:
    """Cases of one person belong together; those of nobody in particular stand alone (below -1)."""
    return pl.when(pl.col("person") >= 0).then(pl.col("person")).otherwise(-2 - pl.col("basket").rank("dense"))


def _shares(tables: dict[int, pl.DataFrame], limit: int) -> list[int]:
    """How many cases of each table: equal shares, and what one cannot fill goes to the others."""
    there = [table["case"].n_unique() for table in tables.values()]
    shares = [0] * len(there)
    for left, place in enumerate(sorted(range(len(there)), key=there.__getitem__)):
        shares[place] = min(there[place], (limit - sum(shares)) // (len(there) - left))
    return shares


def _some(table: pl.DataFrame, most: int, rng: np.random.Generator) -> pl.DataFrame:
    """All rows of ``most`` cases drawn by lot."""
    cases = table["case"].unique().sort()
    if len(cases) <= most:
        return table
    drawn = cases.gather(rng.choice(len(cases), most, replace=False))
    return table.filter(pl.col("case").is_in(drawn.implode()))


def _assemble(table: pl.DataFrame, log: Log) -> NextProducts:
    cases = table.group_by("row", maintain_order=True).agg(pl.col("question", "person", "group").first())
    given, wanted = table.filter(pl.col("role") >= 0), table.filter(pl.col("role") < 0)
    return NextProducts(
        question=cases["question"].to_numpy(),
        person=cases["person"].to_numpy(),
        given_row=given["row"].to_numpy(),
        given=given["product"].to_numpy(),
        given_role=given["role"].to_numpy(),
        wanted_row=wanted["row"].to_numpy(),
        wanted=wanted["product"].to_numpy(),
        group=cases["group"].to_numpy(),
        persons=log.persons, customers=log.customers, products=log.products,
    )  # fmt: skip
