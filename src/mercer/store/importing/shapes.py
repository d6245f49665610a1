"""Bringing nested records, from JSON or Parquet, into the shape that a layout declares."""

from __future__ import annotations

import re
from collections.abc import Mapping

import polars as pl

Schema = Mapping[str, pl.DataType]


def camel(name: str) -> str:
    """The same name as JavaScript writes it.

    >>> camel("user_pseudo_id")
    'userPseudoId'
    """
    return re.sub(r"_([a-z0-9])", lambda found: found[1].upper(), name)


def widened(schema: Schema) -> dict[str, pl.DataType]:
    """The schema with every field under both its spellings, for APIs that write product_details or productDetails."""
    wide: dict[str, pl.DataType] = {}
    for name, kind in schema.items():
        wide[name] = wide[camel(name)] = _widened(kind)
    return wide


def _widened(kind: pl.DataType) -> pl.DataType:
    if isinstance(kind, pl.List):
        return pl.List(_widened(kind.inner))  # type: ignore[arg-type]
    if isinstance(kind, pl.Struct):
        return pl.Struct(widened({field.name: field.dtype for field in kind.fields}))  # type: ignore[misc]
    return kind


def conform(frame: pl.DataFrame, schema: Schema) -> pl.DataFrame:
    """The columns of ``schema`` with its types; what the frame lacks is null, other columns stay as they are.

    >>> frame = pl.DataFrame({"userId": ["u"], "items": [[{"quantity": 2}]]})
    >>> wanted = {"user_id": pl.String(), "items": pl.List(pl.Struct({"quantity": pl.String(), "id": pl.String()}))}
    >>> conform(frame, wanted).row(0)
    ('u', [{'quantity': '2', 'id': None}])
    """
    found = [_field(None, dict(frame.schema), name, kind) for name, kind in schema.items()]
    spellings = {spelling for name in schema for spelling in (name, camel(name))}
    return frame.select(*found, *(name for name in frame.columns if name not in spellings))


def _field(parent: pl.Expr | None, have: Mapping[str, pl.DataType], name: str, want: pl.DataType) -> pl.Expr:
    """One field of a struct (or of the frame), under either spelling."""
    spellings = [each for each in dict.fromkeys((name, camel(name))) if each in have]
    if not spellings:
        return pl.lit(None, dtype=want).alias(name)
    held = [
        _settled(pl.col(each) if parent is None else parent.struct.field(each), have[each], want) for each in spellings
    ]
    return (pl.coalesce(held) if len(held) > 1 else held[0]).alias(name)


def _settled(value: pl.Expr, have: pl.DataType, want: pl.DataType) -> pl.Expr:
    if have == want:
        return value
    if isinstance(want, pl.List) and isinstance(have, pl.List):
        return value.list.eval(_settled(pl.element(), have.inner, want.inner))  # type: ignore[arg-type]
    if isinstance(want, pl.Struct) and isinstance(have, pl.Struct):
        fields = {field.name: field.dtype for field in have.fields}
        if (
            len(fields) == 1
            and next(iter(fields)) in ("element", "item")
            and next(iter(fields)) not in want.to_schema()
        ):
            inner = next(iter(fields))  # what writers of Parquet wrap around the elements of a list
            return _settled(value.struct.field(inner), fields[inner], want)  # type: ignore[arg-type]
        parts = [_field(value, fields, field.name, field.dtype) for field in want.fields]  # type: ignore[arg-type]
        return pl.when(value.is_not_null()).then(pl.struct(parts))
    if isinstance(want, (pl.List, pl.Struct)):
        return pl.lit(None, dtype=want)
    return as_text(value, have)


def as_text(value: pl.Expr, have: pl.DataType) -> pl.Expr:
    """A value as text: lists and structs as JSON, whole floats without their point."""
    if isinstance(have, pl.Struct):
        return pl.when(value.is_not_null()).then(value.struct.json_encode())
    if isinstance(have, (pl.List, pl.Array)):
        wrapped = pl.struct(value.alias("w")).struct.json_encode().str.strip_prefix('{"w":').str.strip_suffix("}")
        return pl.when(value.is_not_null()).then(wrapped)
    if have.is_float():
        whole = value.cast(pl.Int64, strict=False)
        return (
            pl.when(whole.cast(pl.Float64) == value)
            .then(whole.cast(pl.String))
            .otherwise(value.fill_nan(None).cast(pl.String))
        )
    if isinstance(have, pl.Datetime):
        micros = value if have.time_zone is None else value.dt.convert_time_zone("UTC")
        return micros.dt.to_string("%Y-%m-%dT%H:%M:%S%.6f" + ("" if have.time_zone is None else "Z"))
    if have == pl.Binary():
        return value.cast(pl.String, strict=False)
    return value.cast(pl.String)
