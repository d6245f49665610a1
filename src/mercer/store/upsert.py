"""INSERT … ON CONFLICT in the words of either database."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite


def upsert(dialect: str, table: sa.Table, key: Sequence[str], keep: bool = False) -> Any:
    """Insert a row, or set all its values where the key is there; ``keep`` leaves the row that is there as it is."""
    insert: Any = sqlite.insert(table) if dialect == "sqlite" else postgresql.insert(table)
    if keep:
        return insert.on_conflict_do_nothing(index_elements=list(key))
    values = {column.name: insert.excluded[column.name] for column in table.columns if column.name not in key}
    return insert.on_conflict_do_update(index_elements=list(key), set_=values)
