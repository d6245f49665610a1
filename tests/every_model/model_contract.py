"""What every model of every capability has to keep, as functions that take a bench with the model on it.

A new model is put on the bench by being there: its file is found, and all of these are run on it.
"""

from __future__ import annotations

import json
import tempfile
import typing
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from importlib import metadata
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from pydantic import BaseModel

from mercer.core.capability import Capability, Cases
from mercer.core.errors import Invalid, NotReady
from mercer.core.model import Model
from mercer.core.record import CustomerMark, description, marked
from mercer.core.tables import TABLES
from mercer.store.frozen import FrozenSnapshot
from mercer.training.handover import Declared
from mercer.training.split import split

STRANGER = "nobody has ever heard of this one"
PICKLES = {".pkl", ".pickle", ".p", ".joblib", ".dill", ".pt", ".pth"}


@dataclass
class Recorder:
    """A snapshot that notes which tables are read."""

    inner: Any
    read: set[str] = field(default_factory=set)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.inner, name)

    def frame(self, table: str, columns: Sequence[str] | None = None) -> pl.LazyFrame:
        self.read.add(table)
        return self.inner.frame(table, columns)

    def rows(self, table: str) -> int:
        self.read.add(table)
        return self.inner.rows(table)

    def between(self, start: datetime | None, end: datetime) -> Recorder:
        return Recorder(self.inner.between(start, end), self.read)


@dataclass
class Bench:
    """One model of one capability, and a tiny shop to try it on."""

    capability: Capability
    kind: type[Model]
    shop: FrozenSnapshot

    @cached_property
    def _sides(self) -> tuple[Any, Any]:
        cut = split(self.capability.span(self.shop))
        assert cut is not None
        return cut.past(self.shop), cut.future(self.shop)

    @property
    def past(self) -> Any:
        return self._sides[0]

    @cached_property
    def cases(self) -> Cases:
        return self.capability.cases(*self._sides, 60, 0)

    def fitted(self, past: Any = None, seed: int = 0) -> Model:
        """A model of this kind, fitted anew."""
        model = self.kind()
        seen = self.past if past is None else past
        model.fit(Declared(seen, (*self.kind.needs, *self.kind.uses), self.kind.name), seed)
        return model

    @cached_property
    def model(self) -> Model:
        return self.fitted()

    @cached_property
    def requests(self) -> list[Any]:
        """What the backtest asks, the emptiest request there is, and the same of somebody nobody knows."""
        asked = list(self.cases.requests())[:40]  # type: ignore[attr-defined]
        persons = marked(self.capability.request, CustomerMark)
        strangers = [each.model_copy(update=dict.fromkeys(persons, STRANGER)) for each in asked[:5]]
        fields = self.capability.request.model_fields.values()
        empty = [] if any(each.is_required() for each in fields) else [self.capability.request()]
        return [*asked, *strangers, *empty]

    def answers(self, model: Model, requests: Sequence[Any] | None = None) -> list[Any]:
        return [each.model_dump(mode="json") for each in model.answer(self.requests if requests is None else requests)]


def the_same_data_and_seed_give_the_same_answers(bench: Bench) -> None:
    """Fitted twice, it answers the same."""
    assert bench.answers(bench.fitted(seed=3)) == bench.answers(bench.fitted(seed=3))


def a_batch_equals_its_requests_one_by_one(bench: Bench) -> None:
    """Whoever asks together gets what they would get alone, in whatever order they ask."""
    together = bench.answers(bench.model)
    alone = [bench.answers(bench.model, [each])[0] for each in bench.requests]
    assert _close(together, alone)
    backwards = bench.answers(bench.model, bench.requests[::-1])
    assert _close(together, backwards[::-1])


def _close(one: Any, other: Any) -> bool:
    """Equal, but for the last bits of numbers: a product of matrices rounds otherwise than one of vectors."""
    if isinstance(one, float) and isinstance(other, float):
        return bool(np.isclose(one, other, rtol=1e-4, atol=1e-6))
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(_close(one[key], other[key]) for key in one)
    if isinstance(one, list):
        return len(one) == len(other) and all(map(_close, one, other))
    return bool(one == other)


def asking_changes_nothing(bench: Bench) -> None:
    """The second time it answers as the first time; no questions at all get no answers."""
    assert bench.answers(bench.model) == bench.answers(bench.model)
    assert list(bench.model.answer([])) == []


def it_survives_saving(bench: Bench) -> None:
    """Loaded from what was saved, in a plain folder without pickles, it answers exactly as before; twice over."""
    settings = json.loads(bench.model.settings.model_dump_json())
    with tempfile.TemporaryDirectory() as place:
        folders = [Path(place, name) for name in ("first", "second")]
        saved = bench.model
        for folder in folders:
            folder.mkdir()
            saved.save(folder)
            _no_pickles(folder)
            saved = bench.kind(bench.kind.Settings(**settings))
            saved.load(folder)
    assert bench.answers(saved) == bench.answers(bench.model)


def _no_pickles(folder: Path) -> None:
    files = [each for each in folder.rglob("*") if each.is_file()]
    assert files, "nothing was saved"
    for path in files:
        assert path.suffix not in PICKLES, f"{path.name} looks like a pickle"
        with path.open("rb") as file:
            assert file.read(1) != b"\x80", f"{path.name} begins as a pickle does"
        if path.suffix in (".npz", ".npy"):
            held = np.load(path, allow_pickle=False)  # refuses arrays of objects, which numpy keeps as pickles
            if path.suffix == ".npz":
                assert all(held[name].dtype != object for name in held.files)


def it_answers_strangers(bench: Bench) -> None:
    """Of a person nobody has heard of, and of nobody in particular, there is an answer of the right kind."""
    given = bench.model.answer(bench.requests)
    assert len(given) == len(bench.requests)
    assert all(isinstance(each, bench.capability.response) for each in given)


def it_gives_no_more_than_was_asked_for(bench: Bench) -> None:
    """Where a request says how many, an answer's lists are no longer; and every answer has its reasons."""
    if "n" not in bench.capability.request.model_fields:
        pytest.skip("this question has no n")
    for n in (1, 3, 7):
        for answer in bench.model.answer([each.model_copy(update={"n": n}) for each in bench.requests]):
            for name in type(answer).model_fields:
                value = getattr(answer, name)
                if isinstance(value, (tuple, list)) and value and "reasons" in type(value[0]).model_fields:
                    assert len(value) <= n
                    assert all(each.reasons for each in value)


def it_says_which_tables_it_reads(bench: Bench) -> None:
    """It reads no table but those it names (the bench refuses others), and every table it needs."""
    assert set(bench.kind.needs) | set(bench.kind.uses) <= set(TABLES)
    assert not set(bench.kind.needs) & set(bench.kind.uses)
    recorder = Recorder(bench.past)
    bench.kind().fit(Declared(recorder, (*bench.kind.needs, *bench.kind.uses), bench.kind.name), 0)
    assert set(bench.kind.needs) <= recorder.read


def it_says_what_it_lacks(bench: Bench) -> None:
    """Without a table it needs, and without any data at all, it refuses with a message and a hint in both languages."""
    everything = set(bench.kind.needs) | set(bench.kind.uses)
    for lacking in [*([each] for each in bench.kind.needs), everything]:
        held = {name: bench.shop.frame(name) for name in TABLES if name not in lacking}
        poor = FrozenSnapshot(held, "poor", bench.past.end)
        with pytest.raises((NotReady, Invalid)) as caught:
            bench.fitted(poor)
        for words in (caught.value.message, caught.value.hint):
            assert words.en
            assert words.zh
            assert words.en != words.zh


def it_needs_no_table_it_only_uses(bench: Bench) -> None:
    """Without any single table of ``uses`` it can be fitted and answers; the shop need not have everything."""
    for lacking in bench.kind.uses:
        held = {name: bench.shop.frame(name) for name in TABLES if name != lacking}
        model = bench.fitted(FrozenSnapshot(held, f"no {lacking}", bench.past.end))
        assert len(model.answer(bench.requests[:3])) == len(bench.requests[:3])


def its_settings_are_documented_and_bounded(bench: Bench) -> None:
    """Each setting has words in both languages and a default; numbers have a least and a most; JSON holds them."""
    defaults = bench.kind.Settings()
    assert bench.kind.Settings(**json.loads(defaults.model_dump_json())) == defaults
    for name, found in bench.kind.Settings.model_fields.items():
        words = description(found)
        assert words.en, f"{name} has no description"
        assert words.zh, f"{name} has no Chinese description"
        assert words.zh != words.en, f"{name} has no Chinese description"
        bounds = {type(each).__name__.lower() for each in found.metadata}
        if _is_number(found.annotation):
            assert bounds & {"ge", "gt"}, f"{name} has no lower bound"
            assert bounds & {"le", "lt"}, f"{name} has no upper bound"


def _is_number(annotation: Any) -> bool:
    if annotation is bool:
        return False
    return annotation in (int, float) or any(_is_number(each) for each in typing.get_args(annotation))


def it_says_what_it_is(bench: Bench) -> None:
    """A name, words in both languages, a rung, what it builds on, and extras that can be installed."""
    kind, models = bench.kind, bench.capability.models()
    assert kind.name.isidentifier()
    assert kind.about.en
    assert kind.about.zh != kind.about.en
    assert 0 <= kind.rung <= 10
    assert (kind.rung == 0) == (kind.name == bench.capability.baseline)
    assert set(kind.builds_on) <= set(models) - {kind.name}
    offered = metadata.metadata("mercer").get_all("Provides-Extra") or []
    assert set(kind.extras) <= set(offered)


def its_facts_fit_on_a_card(bench: Bench) -> None:
    """What it says of itself is JSON, without not-a-number."""
    assert json.loads(json.dumps(bench.model.facts(), allow_nan=False)) is not None


def it_can_be_examined(bench: Bench) -> None:
    """One number for each case and metric, finite somewhere, and the same the second time."""
    exam = bench.capability.examine(bench.model, bench.cases)
    again = bench.capability.examine(bench.fitted(), bench.cases)
    for metric in bench.capability.metrics:
        found, repeated = metric.of(exam), metric.of(again)
        if metric.per_case:
            assert np.shape(found) == (len(bench.cases),)
        assert np.isfinite(found).any()
        assert np.array_equal(found, repeated, equal_nan=True)


def its_answers_are_records_that_travel(bench: Bench) -> None:
    """Every answer survives JSON, holds no NaN, and names no person."""
    for answer in bench.model.answer(bench.requests):
        text = answer.model_dump_json()
        assert type(answer).model_validate_json(text) == answer
        assert STRANGER not in text
        assert isinstance(answer, BaseModel)
        json.loads(text, parse_constant=_refuse)


def _refuse(constant: str) -> None:
    raise AssertionError(f"{constant} in an answer")


CHECKS: tuple[Callable[[Bench], None], ...] = (
    the_same_data_and_seed_give_the_same_answers, a_batch_equals_its_requests_one_by_one, asking_changes_nothing,
    it_survives_saving, it_answers_strangers, it_gives_no_more_than_was_asked_for, it_says_which_tables_it_reads,
    it_says_what_it_lacks, it_needs_no_table_it_only_uses, its_settings_are_documented_and_bounded, it_says_what_it_is,
    its_facts_fit_on_a_card, it_can_be_examined, its_answers_are_records_that_travel,
)  # fmt: skip
