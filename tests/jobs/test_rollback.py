"""Going back to the model that answered before."""

from __future__ import annotations

import pytest

from mercer.core.errors import NotFound
from mercer.jobs.rollback import rollback
from mercer.jobs.train import train
from mercer.shop import Shop


def test_the_version_before_answers_again(tiny_shop: Shop) -> None:
    """Back from the second training to the first; further back there is nothing, and nothing moves."""
    first = train(tiny_shop, models=("popular",)).capabilities["next_product"].version
    second = train(tiny_shop, models=("popular", "own")).capabilities["next_product"].version
    moved = rollback(tiny_shop)
    assert (moved.capability, moved.chosen, moved.before) == ("next_product", first, second)
    assert tiny_shop.registry.chosen("next_product") == first
    with pytest.raises(NotFound, match="no version before"):
        rollback(tiny_shop)
    assert tiny_shop.registry.chosen("next_product") == first


def test_an_untrained_shop_has_nowhere_to_go_back_to(tiny_shop: Shop) -> None:
    """The error says where to look."""
    with pytest.raises(NotFound) as caught:
        rollback(tiny_shop)
    assert "mercer models" in caught.value.hint.en
