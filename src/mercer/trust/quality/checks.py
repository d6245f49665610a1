"""What a check is, and how all of them are found."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Literal

from mercer.core.phrase import Phrase

if TYPE_CHECKING:
    import polars as pl

    from mercer.trust.quality.view import View

Severity = Literal["high", "medium", "low", "note"]
"""high: answers will be wrong, or there will be none · medium: answers will be worse · low: a little worse · note: worth
knowing; nothing need be wrong."""

SEVERITIES: tuple[Severity, ...] = ("high", "medium", "low", "note")

NAMES: dict[Severity, Phrase] = {
    "high": Phrase("High", "严重"),
    "medium": Phrase("Medium", "中等"),
    "low": Phrase("Low", "轻微"),
    "note": Phrase("Note", "提示"),
}

Find = Callable[["View"], "pl.LazyFrame | None"]
"""The rows in question, with the column ``id``; None where the question does not arise. A column ``product_id``, or a column
``interactions`` (how many interactions each row stands for), lets the cost be measured in interactions."""

Mend = Callable[["View"], "Mapping[str, pl.DataFrame]"]
"""For each table, the keys of the rows to write and their new values; a column ``_was`` says what stood there before."""


@dataclass(frozen=True, slots=True)
class Check:
    """One way in which data can be wrong.

    ``says`` may name {count}, {rows} and {share}. ``costs`` ends the sentence '12% of the interactions …'; of a check that reads
    no columns, and so speaks of the shop as a whole, it is the whole sentence. ``severity`` is that of a defect that touches a
    good part of the data; one that touches less than ``mild`` of it counts one step lower, and less than a fiftieth of ``mild``
    two. ``from_share`` is the share below which nothing is reported, for what is normal in small numbers.
    """

    code: str
    table: str
    column: str
    severity: Severity
    says: Phrase
    costs: Phrase
    repair: Phrase
    reads: Mapping[str, Sequence[str]]
    find: Find
    mend: Mend | None = None
    mild: float = 0.0
    from_share: float = 0.0


def check(
    code: str,
    place: str,
    *,
    severity: Severity,
    says: Phrase,
    costs: Phrase,
    repair: Phrase,
    reads: Mapping[str, Sequence[str]],
    mend: Mend | None = None,
    mild: float = 0.0,
    from_share: float = 0.0,
) -> Callable[[Find], Check]:
    """Make a check of a function that finds the rows in question; ``place`` is 'table.column', or the table alone."""
    table, _, column = place.partition(".")

    def make(find: Find) -> Check:
        return Check(code, table, column, severity, says, costs, repair, reads, find, mend, mild, from_share)

    return make


@cache
def all_checks() -> Mapping[str, Check]:
    """Every check in this folder, by its code. A file that fails to import fails loudly."""
    package = importlib.import_module("mercer.trust.quality")
    found: dict[str, Check] = {}
    for entry in pkgutil.iter_modules(package.__path__):
        module = importlib.import_module(f"{package.__name__}.{entry.name}")
        for thing in vars(module).values():
            for each in thing if isinstance(thing, tuple) else (thing,):
                if isinstance(each, Check):
                    found[each.code] = each
    return found


def columns_read(checks: Sequence[Check]) -> dict[str, list[str]]:
    """The columns that some checks read, by table."""
    reads: dict[str, dict[str, None]] = {}
    for each in checks:
        for table, columns in each.reads.items():
            reads.setdefault(table, {}).update(dict.fromkeys(columns))
    return {table: list(columns) for table, columns in reads.items()}
