"""Listing, showing and choosing trained models."""

from __future__ import annotations

import pytest

from mercer.core.errors import Invalid, NotFound, NotReady
from mercer.jobs.models import card, choose, models
from mercer.jobs.train import train
from mercer.shop import Shop


def test_versions_are_listed_newest_first(tiny_shop: Shop) -> None:
    """Two trainings, two versions; the one that answers is marked."""
    assert models(tiny_shop).next == "mercer train SHOP"
    train(tiny_shop, models=("popular",))
    train(tiny_shop, models=("popular", "own"))
    listed = models(tiny_shop).versions
    assert [(each.model, each.chosen) for each in listed] == [("own", "✓"), ("popular", "")]
    assert listed[0].score is not None
    assert listed[1].score is not None
    assert listed[0].score > listed[1].score


def test_an_older_version_can_be_chosen(tiny_shop: Shop) -> None:
    """The pointer moves to the version named; a version nobody knows is refused and nothing moves."""
    first = train(tiny_shop, models=("popular",)).capabilities["next_product"].version
    second = train(tiny_shop, models=("popular", "own")).capabilities["next_product"].version
    moved = choose(tiny_shop, first or "")
    assert (moved.chosen, moved.before) == (first, second)
    assert tiny_shop.registry.chosen("next_product") == first
    with pytest.raises(NotFound, match="no version '20200101T000000-x-1'"):
        choose(tiny_shop, "20200101T000000-x-1")
    assert tiny_shop.registry.chosen("next_product") == first


def test_the_card_in_both_languages(tiny_shop: Shop) -> None:
    """By default that of the version that answers; NotReady before there is one."""
    with pytest.raises(NotReady, match="no model for 'next_product' yet"):
        card(tiny_shop)
    version = train(tiny_shop, models=("popular", "own")).capabilities["next_product"].version
    english, chinese = card(tiny_shop), card(tiny_shop, version, "next", "zh-CN")
    assert english.version == chinese.version == version
    assert english.card.startswith("# own · Next product")
    assert chinese.card.startswith("# own · 下一件商品")


def test_which_capability_has_to_be_said(tiny_shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """With two capabilities there is no only one."""
    import tinyshop

    both = {"next_product": tinyshop.capability, "another": tinyshop.capability}
    monkeypatch.setattr(Shop, "capabilities", lambda self: both)
    with pytest.raises(Invalid, match="which capability"):
        card(tiny_shop)
