"""Resampling customers."""

from __future__ import annotations

import time

import numpy as np
import pytest

from mercer.training.compare import Resamples, column_means, spread


def test_the_interval_of_a_mean_is_the_textbook_one() -> None:
    """With a case a customer, the interval is close to mean ± 1.96 standard errors."""
    scores = np.random.default_rng(3).normal(5.0, 2.0, (2000, 1))
    found = Resamples(np.arange(2000), seed=1).intervals(scores)[0]
    error = 1.96 * scores.std() / np.sqrt(2000)
    assert found.mean == pytest.approx(scores.mean())
    assert found.low == pytest.approx(scores.mean() - error, abs=error / 8)
    assert found.high == pytest.approx(scores.mean() + error, abs=error / 8)


def test_the_interval_covers_the_truth_as_often_as_it_says() -> None:
    """Over many shops whose true mean is known, about 95 of 100 intervals hold it."""
    held = 0
    for shop in range(200):
        scores = np.random.default_rng(shop).binomial(1, 0.3, (300, 1)).astype(float)
        found = Resamples(np.arange(300), seed=0, times=500).intervals(scores)[0]
        held += found.low <= 0.3 <= found.high
    assert 180 <= held <= 199


def test_cases_of_one_customer_are_not_independent() -> None:
    """Ten copies of each case say no more than one: by customer the interval stays, by case it would shrink."""
    scores = np.random.default_rng(0).normal(size=(200, 1))
    groups, copies = np.repeat(np.arange(200), 10), np.repeat(scores, 10, axis=0)
    once = Resamples(np.arange(200), 1).intervals(scores)[0]
    by_customer = Resamples(groups, 1).intervals(copies)[0]
    by_case = Resamples(np.arange(2000), 1).intervals(copies)[0]
    assert by_customer.high - by_customer.low == pytest.approx(once.high - once.low)
    assert by_case.high - by_case.low < 0.5 * (once.high - once.low)


def test_pairing_makes_small_differences_visible() -> None:
    """Two models, one better by a little on every case: each one's interval is wide, their difference is certain."""
    hard = np.random.default_rng(0).normal(size=400)
    both = np.stack([hard, hard + 0.05], axis=1)
    drawn = Resamples(np.arange(400), 0)
    first, second = drawn.intervals(both)
    assert first.high > second.low
    means = drawn.means(both)
    lead = spread(0.05, (means[:, 1] - means[:, 0])[:, None])[0]
    assert not lead.has_zero
    assert lead.low == pytest.approx(0.05)


def test_the_same_seed_draws_the_same() -> None:
    """Results repeat by seed, and move a little with another."""
    scores, groups = np.random.default_rng(0).normal(size=(100, 2)), np.arange(100) // 2
    first = Resamples(groups, 7).means(scores)
    assert np.array_equal(first, Resamples(groups, 7).means(scores))
    assert not np.array_equal(first, Resamples(groups, 8).means(scores))


def test_what_does_not_apply_is_left_out() -> None:
    """NaN is no zero: the mean is over the cases a metric speaks of, in every resample too."""
    scores = np.array([[1.0], [np.nan], [1.0], [1.0]])
    found = Resamples(np.arange(4), 0).intervals(scores)[0]
    assert column_means(scores)[0] == 1.0
    assert found.mean == 1.0
    assert np.nanmin(Resamples(np.arange(4), 0).means(scores)) == 1.0


def test_resampled_cases_are_whole_customers() -> None:
    """Each draw holds all cases of as many customers as there are."""
    groups = np.array([5, 9, 5, 7])
    for places in Resamples(groups, 0, times=20).cases():
        drawn = groups[places]
        counts = {name: int((drawn == name).sum()) for name in (5, 7, 9)}
        assert counts[5] % 2 == 0
        assert counts[5] // 2 + counts[7] + counts[9] == 3


def test_counts_of_different_things_are_centred() -> None:
    """Coverage is lower in every resample than in the whole; its interval still holds the number found."""
    draws = np.array([[60.0], [62.0], [64.0]])
    found = spread(90.0, draws, centred=True)[0]
    assert found.low < 90.0 < found.high


def test_a_large_shop_is_compared_in_a_moment() -> None:
    """Twenty thousand customers, six models, nine metrics: seconds, and little memory."""
    scores = np.random.default_rng(0).random((20_000, 54))
    began = time.perf_counter()
    Resamples(np.arange(20_000), 0).means(scores)
    assert time.perf_counter() - began < 10
