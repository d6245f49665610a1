"""What an importer is: the layouts of a platform's files, and how each is translated into rows of our tables."""

from __future__ import annotations

import importlib
import pkgutil
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache

import polars as pl

from mercer.core.errors import NotFound
from mercer.core.phrase import Phrase
from mercer.store.importing.context import Context
from mercer.store.importing.looking import Format, Look

PACKAGE = "mercer.store.importers"


@dataclass(frozen=True, slots=True)
class Part:
    """Rows for one table. ``keep`` adds only rows that are not there yet, and leaves richer ones alone.

    The frame has columns of the table, typed or as text, and ``_line``, the line of the file each row comes from.
    """

    table: str
    rows: pl.DataFrame
    keep: bool = False


class Translator(ABC):
    """Turns the records of one file into rows of our tables, batch by batch; it may remember what it has seen.

    The same file gives the same parts each time: an import that was cut short is taken up by translating from the start
    and writing from where it stopped.
    """

    def __init__(self, context: Context) -> None:
        self.context = context

    @abstractmethod
    def rows(self, frame: pl.DataFrame) -> Iterable[Part]:
        """The rows that come of a batch of records."""

    def finish(self) -> Iterable[Part]:
        """The rows that only the end of the file makes known."""
        return ()


@dataclass(frozen=True)
class Layout:
    """One kind of file of a platform.

    ``needs`` are columns without which it is not this kind (``"a|b"``: one of them is enough), ``knows`` all it reads. Among
    layouts that fit, the one that knows most of a file's columns takes it; a ``general`` one only where nobody else does.
    ``place`` orders the files of one import: what others refer to comes first. ``companions`` are layouts whose files,
    where they are imported together, are read beside this one.
    """

    name: str
    title: Phrase
    translator: type[Translator]
    needs: Sequence[str]
    knows: Iterable[str] = ()
    formats: tuple[Format, ...] = ("csv", "json", "parquet")
    schema: Mapping[str, pl.DataType] | None = None
    place: int = 5
    general: bool = False
    companions: tuple[str, ...] = ()
    fits: Callable[[Look], bool] | None = None
    lacks: tuple[str, ...] = ()
    known: frozenset[str] = field(init=False, repr=False, default=frozenset())

    def __post_init__(self) -> None:
        needed = (name for need in self.needs for name in need.split("|"))
        object.__setattr__(self, "known", frozenset([*self.knows, *needed]))

    def missing(self, look: Look) -> list[str]:
        """What a file would need to be of this kind."""
        there = set(look.columns)
        return [need for need in self.needs if not there & set(need.split("|"))]

    def score(self, look: Look) -> tuple[int, int, int]:
        """How well a file fits; all zero where it does not."""
        there = set(look.columns)
        wrong = look.format not in self.formats or self.missing(look) or there & set(self.lacks)
        if wrong or (self.fits is not None and not self.fits(look)):
            return (0, 0, 0)
        return (1 if self.general else 2, len(there & self.known), len(self.needs))


@cache
def all_layouts() -> dict[str, Layout]:
    """Every layout of every module in the importers' folder, by name. A module that fails to import fails loudly."""
    package = importlib.import_module(PACKAGE)
    found: dict[str, Layout] = {}
    for entry in pkgutil.iter_modules(package.__path__):
        module = importlib.import_module(f"{PACKAGE}.{entry.name}")
        found |= {layout.name: layout for layout in getattr(module, "layouts", ())}
    return found


def candidates(name: str | None) -> list[Layout]:
    """The layouts called ``name`` ('olist' or 'olist/orders'), or all of them; NotFound lists the names there are."""
    layouts = all_layouts()
    if name is None:
        return list(layouts.values())
    chosen = [each for key, each in layouts.items() if key == name or key.startswith(f"{name}/")]
    if not chosen:
        raise NotFound(
            Phrase("there is no layout '{name}'", "没有名为“{name}”的文件格式").format(name=name),
            Phrase("layouts: {names}", "可用的格式：{names}").format(names=", ".join(sorted(layouts))),
        )
    return chosen


def recognise(look: Look, name: str | None = None) -> Layout | None:
    """The layout that fits a file best, among those called ``name``; None where none does."""
    best = max(candidates(name), key=lambda layout: layout.score(look))
    return best if best.score(look) > (0, 0, 0) else None


def near(look: Look, name: str | None = None, most: int = 3) -> list[tuple[str, list[str]]]:
    """The layouts that come nearest to a file which none fits, each with the columns it misses; nothing that is far away."""
    lacking = {
        layout.name: (len(missing) / len(layout.needs), missing)
        for layout in candidates(name)
        if look.format in layout.formats and (missing := layout.missing(look))
    }
    close = sorted((share, len(missing), each, missing) for each, (share, missing) in lacking.items() if share < 1)
    return [(each, [_one_of(need) for need in missing]) for _, _, each, missing in close[:most]]


def _one_of(need: str) -> str:
    """How a missing column is named to a person: by its first name, where it has many."""
    return need.partition("|")[0]
