"""A counter where the tests hand in their files."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from counter import Counter, open_counter


@pytest.fixture
def counter(tmp_path: Path) -> Iterator[Counter]:
    """Where files are handed in, with an empty store behind it."""
    with open_counter(tmp_path) as opened:
        yield opened
