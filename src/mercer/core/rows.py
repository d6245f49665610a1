"""From a table's declaration to the record of one of its rows, as live writes bring it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, Field, JsonValue, StringConstraints, create_model

from mercer.core.record import CustomerMark, Id, Record
from mercer.core.table import Column, Table

MOST = 10_000
"""Words in one list, and facts in one object."""
WHOLE = 2**63 - 1

# Text is kept as it came, but a NUL cannot be stored by PostgreSQL, and half a surrogate pair is no character.
Word = Annotated[str, StringConstraints(max_length=200, pattern=r"^[^\x00]*$")]
Text = Annotated[str, StringConstraints(max_length=100_000, pattern=r"^[^\x00]*$")]

_TYPES: dict[str, Any] = {
    "id": Id, "word": Word, "text": Text, "flag": bool, "time": AwareDatetime,
    "words": Annotated[list[Text], Field(max_length=MOST)],
    "facts": Annotated[dict[str, JsonValue], Field(max_length=MOST)],
}  # fmt: skip


def row_record(table: Table, name: str, leave_out: Iterable[str] = (), **more: Any) -> type[Record]:
    """The record of one row: each column a field with its meaning and bounds; required ones have no default.

    ``leave_out`` names columns that the shop fills itself; ``more`` are further fields, as for pydantic.create_model.

    >>> from mercer.core.tables import table
    >>> row_record(table("products"), "Product")(product_id="kettle").product_id
    'kettle'
    """
    skipped = {"known_at", *leave_out}
    fields: dict[str, Any] = {column.name: _field(column) for column in table.columns if column.name not in skipped}
    return create_model(name, __base__=Record, __module__=__name__, __doc__=table.en + ".", **fields, **more)


def _field(column: Column) -> tuple[Any, Any]:
    marks = (CustomerMark(),) if column.person in ("customer", "visitor") else ()
    words = Field(description=column.en, json_schema_extra={"description_zh": column.zh})
    kind = _type(column)
    if column.required:
        return Annotated[(kind, words, *marks)], ...
    return Annotated[(kind | None, words, *marks)], None


def _type(column: Column) -> Any:
    if column.choices:
        return Literal[column.choices]
    if column.kind in ("integer", "money"):
        return Annotated[int, Field(ge=_whole(column.least, -WHOLE), le=_whole(column.most, WHOLE))]
    if column.kind == "number":
        return Annotated[float, Field(ge=column.least, le=column.most, allow_inf_nan=False)]
    return _TYPES[column.kind]


def _whole(bound: float | None, otherwise: int) -> int:
    return otherwise if bound is None else int(bound)
