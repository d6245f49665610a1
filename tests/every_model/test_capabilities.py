"""What every capability has to keep, so that its models can be examined fairly."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from mercer.capabilities import all_capabilities
from mercer.store.frozen import FrozenSnapshot
from mercer.training.split import as_instants, split

CAPABILITIES = list(all_capabilities().values())
each_capability = pytest.mark.parametrize("capability", CAPABILITIES, ids=lambda each: each.name)


@pytest.fixture(scope="module")
def cut(tiny_shop_snapshot: Any) -> Any:
    return lambda capability: split(capability.span(tiny_shop_snapshot))


@each_capability
def test_its_times_are_in_order(capability: Any, tiny_shop_snapshot: Any) -> None:
    """The span is sorted, within the snapshot, and can be cut."""
    times = as_instants(capability.span(tiny_shop_snapshot))
    assert (np.diff(times) >= np.timedelta64(0)).all()
    assert split(times) is not None


@each_capability
def test_its_cases_are_the_same_each_time(capability: Any, tiny_shop_snapshot: Any, cut: Any) -> None:
    """Every training process makes them anew: the same limit and seed have to give the same cases."""
    sides = cut(capability).past(tiny_shop_snapshot), cut(capability).future(tiny_shop_snapshot)
    one, two = (capability.cases(*sides, 50, 7) for _ in range(2))
    assert 0 < len(one) <= 50
    assert list(one.requests()) == list(two.requests())
    assert np.array_equal(one.groups, two.groups)
    assert np.array_equal(one.newcomers, two.newcomers)


@each_capability
def test_its_cases_say_who_is_new(capability: Any, tiny_shop_snapshot: Any, cut: Any) -> None:
    """A flag and a group for each case; the tiny shop has newcomers and others."""
    cases = capability.cases(
        cut(capability).past(tiny_shop_snapshot), cut(capability).future(tiny_shop_snapshot), 1000, 0)  # fmt: skip
    newcomers, groups = np.asarray(cases.newcomers), np.asarray(cases.groups)
    assert newcomers.dtype == bool
    assert groups.dtype.kind == "i"
    assert newcomers.shape == groups.shape == (len(cases),)
    assert newcomers.any()
    assert not newcomers.all()


@each_capability
def test_the_future_does_not_reach_the_past(
    capability: Any, tiny_shop_snapshot: Any, tiny_frames: Any, cut: Any
) -> None:
    """A model fitted where the future never happened answers the same: what comes later cannot have leaked into it."""
    where = cut(capability)
    kind = capability.model(capability.baseline)
    past = where.past(tiny_shop_snapshot)
    cases = capability.cases(past, where.future(tiny_shop_snapshot), 30, 0)
    erased = FrozenSnapshot({name: past.frame(name).collect() for name in tiny_frames}, "past", where.cut)
    answers = []
    for seen in (past, erased):
        model = kind()
        model.fit(seen, 0)
        answers.append([each.model_dump() for each in model.answer(list(cases.requests()))])
    assert answers[0] == answers[1]


@each_capability
def test_its_metrics_have_names_and_words(capability: Any) -> None:
    """Different names, words in both languages; the one that decides is a number per case."""
    names = [each.name for each in capability.metrics]
    assert len(set(names)) == len(names)
    assert all(each.about.en and each.about.zh and each.about.en != each.about.zh for each in capability.metrics)
    assert capability.metrics[0].per_case


@each_capability
def test_it_is_made_without_being_told_anything(capability: Any) -> None:
    """A training process makes it anew from its class."""
    assert type(capability)().name == capability.name
