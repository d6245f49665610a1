import re

import pytest

from mercer.core.errors import NotFound
from mercer.core.tables import TABLES, table


def test_every_table_of_the_design_is_declared() -> None:
    """The 25 tables of a shop's life, each with its key among its columns and a known_at."""
    assert len(TABLES) == 25
    for each in TABLES.values():
        assert all(name in each for name in each.key)
        assert "known_at" in each
        assert each.time is None or each.time in each


def test_every_column_is_described_in_both_languages() -> None:
    """English words, and Chinese that is Chinese."""
    for each in TABLES.values():
        for column in each.columns:
            assert column.en
            assert re.search(r"[\u4e00-\u9fff]", column.zh), (each.name, column.name)


def test_an_unknown_table_is_refused_with_the_names_there_are() -> None:
    """The hint lists what could have been meant."""
    with pytest.raises(NotFound) as caught:
        table("produkts")
    assert "products" in caught.value.hint.en
