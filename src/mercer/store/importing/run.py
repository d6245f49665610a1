"""Importing files: one after the other, batch by batch, each batch in one transaction with the note of how far it is."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from functools import cache, partial
from pathlib import Path

import polars as pl

from mercer.core.operation import Progress, silent
from mercer.core.phrase import Phrase
from mercer.core.tables import table as declared
from mercer.store.checking import check_rows
from mercer.store.importing.ahead import ahead
from mercer.store.importing.context import Context, Options
from mercer.store.importing.layout import Layout, Part, Translator, recognise
from mercer.store.importing.looking import Look, look
from mercer.store.importing.reading import read, read_all
from mercer.store.importing.refusals import Reason, Refusals
from mercer.store.importing.sources import Source, find, fingerprint
from mercer.store.store import Store
from mercer.store.writing import Written

_READING = Phrase("importing {name}", "正在导入 {name}")
_LOOKING = Phrase("looking at the files", "正在查看文件")


@dataclass
class Outcome:
    """What became of one file. ``layout`` is None where nobody recognised it; ``already`` where it was imported before."""

    look: Look
    layout: Layout | None = None
    already: bool = False
    records: int = 0
    refused: int = 0
    written: dict[str, Written] = field(default_factory=dict)
    rejects: Path | None = None
    reasons: list[Reason] = field(default_factory=list)
    notes: list[Phrase] = field(default_factory=list)
    problem: Phrase | None = None
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class _Ready:
    """A batch that may be written."""

    parts: list[Part]
    rejects: pl.DataFrame
    records: int
    position: int
    last: bool


@dataclass(frozen=True)
class Import:
    """Brings files into a store.

    ``layout`` names a layout in place of recognising one; ``again`` imports files that were imported before.
    """

    store: Store
    rejects: Path
    options: Options
    layout: str | None = None
    again: bool = False
    progress: Progress = silent

    def run(self, paths: Sequence[Path]) -> list[Outcome]:
        """Import every file named, lying in a folder or in an archive named; what others refer to comes first."""
        sources = find(paths)
        outcomes = []
        for number, source in enumerate(sources):
            self.progress(_LOOKING, number, len(sources))
            seen = look(source)
            layout = None if seen.format == "unknown" else recognise(seen, self.layout)
            outcomes.append(Outcome(seen, layout, problem=seen.problem))
        self.progress(_LOOKING, len(sources), len(sources))
        known = sorted((each for each in outcomes if each.layout), key=lambda each: each.layout.place)  # type: ignore[union-attr]
        for outcome in known:
            self._import(outcome, known)
        return outcomes

    def _import(self, outcome: Outcome, beside: Sequence[Outcome]) -> None:
        began = time.perf_counter()
        layout = outcome.layout
        assert layout is not None
        companions = {
            each.layout.name: each for each in beside if each.layout and each.layout.name in layout.companions
        }
        mark = self._fingerprint(outcome.look.source, layout, [each.look.source for each in companions.values()])
        done = self.store.imports.done(mark)
        if done and done.finished and not self.again:
            outcome.already, outcome.records = True, done.records
            return
        readers = {
            name: cache(partial(read_all, each.look, each.layout)) for name, each in companions.items() if each.layout
        }
        context = Context(outcome.look, self.options, self.store, readers)
        self._write(outcome, context, layout, mark, done.records if done and not self.again else 0)
        outcome.notes = list(context.notes.values())
        outcome.seconds = time.perf_counter() - began

    def _fingerprint(self, source: Source, layout: Layout, beside: Sequence[Source]) -> str:
        options = self.options
        said = (layout.name, options.currency, options.zone, options.dates, options.event or "")
        return fingerprint(source, *said, *(fingerprint(each) for each in beside))

    def _write(self, outcome: Outcome, context: Context, layout: Layout, mark: str, skip: int) -> None:
        source = outcome.look.source
        refusals = Refusals(self.rejects, source.name, self.options.now)
        step, size = _READING.format(name=source.name), source.size
        with read(outcome.look, layout) as reading:
            ready = _ready(reading.batches, layout.translator(context), context, reading.position)
            with closing(ahead(ready)) as batches:
                for batch in batches:
                    refusals.add(batch.rejects)
                    outcome.records, outcome.refused, outcome.rejects = batch.records, refusals.lines, refusals.path
                    finished = batch.last and reading.broken() is None
                    if batch.last or batch.records > skip:
                        self._keep(outcome, batch, mark, layout, finished)
                    self.progress(step, min(batch.position, size), size)
            outcome.problem = reading.broken()
            outcome.reasons = refusals.reasons

    def _keep(self, outcome: Outcome, batch: _Ready, mark: str, layout: Layout, finished: bool) -> None:
        with self.store.transaction() as writer:
            for part in batch.parts:
                written = writer.write(part.table, part.rows, keep=part.keep)
                if part.keep:  # what was there already was not this file's to say
                    written = Written(added=written.added)
                outcome.written[part.table] = outcome.written.get(part.table, Written()) + written
            writer.import_progress(mark, outcome.look.source.name, layout.name, batch.records, finished)


def _ready(
    batches: Iterator[object], translator: Translator, context: Context, position: Callable[[], int]
) -> Iterator[_Ready]:
    """Read, translate and check, batch by batch; at the end what only the end makes known."""
    records = 0
    for batch in batches:
        records += batch.records  # type: ignore[attr-defined]
        parts = list(translator.rows(batch.frame)) if batch.frame.height else []  # type: ignore[attr-defined]
        yield _checked(parts, [batch.rejects], context, records, position(), last=False)  # type: ignore[attr-defined]
    yield _checked(list(translator.finish()), [], context, records, position(), last=True)


def _checked(
    parts: list[Part], rejects: list[pl.DataFrame], context: Context, records: int, position: int, last: bool
) -> _Ready:
    good = []
    rejects = [*rejects, *context.take_refused()]
    for part in parts:
        if part.rows.is_empty():
            continue
        checked = check_rows(declared(part.table), part.rows)
        good.append(Part(part.table, checked.good, part.keep))
        rejects.append(checked.rejects)
    refused = [each for each in rejects if not each.is_empty()]
    # What stands in rows for several tables is refused in each of them, and told once.
    told = pl.concat(refused).unique(maintain_order=True) if refused else pl.DataFrame()
    return _Ready(good, told, records, position, last)
