"""Texts that were read in the wrong encoding, or carry markup, invisible characters or stray blanks."""

from __future__ import annotations

from collections.abc import Callable

import polars as pl

from mercer.core.phrase import Phrase
from mercer.core.tables import table as declared
from mercer.trust.quality import mending
from mercer.trust.quality.checks import Check, Severity, check
from mercer.trust.quality.view import View

TEXTS = {"products": ("title", "description", "brand", "categories"), "reviews": ("title", "body")}
"""The columns that are looked at. Order lines repeat the titles of products, and are left out."""

Fix = Callable[[str], str]


def _joined(table: str, column: str) -> pl.Expr:
    return pl.col(column).list.join("\n") if declared(table)[column].kind == "words" else pl.col(column)


def _suspects(view: View, table: str, columns: tuple[str, ...], pattern: str, fix: Fix | None) -> pl.DataFrame:
    """The rows with the defect: those whose text matches and, where it can be mended, would be changed by that."""
    hit = pl.any_horizontal(_joined(table, column).str.contains(pattern).fill_null(False) for column in columns)
    held = view.frame(table).filter(hit).collect()
    if fix is None or held.is_empty():
        return held
    changed = [
        any(_mended(row[column], fix) != row[column] for column in columns) for row in held.iter_rows(named=True)
    ]
    return held.filter(pl.Series(changed, dtype=pl.Boolean))


def _mended(value: str | list[str] | None, fix: Fix) -> str | list[str] | None:
    if value is None:
        return None
    return fix(value) if isinstance(value, str) else [fix(each) for each in value]


def _defect(
    code: str, table: str, pattern: str, fix: Fix | None, severity: Severity, says: Phrase, costs: Phrase, repair: Phrase,
    columns: tuple[str, ...] = (),
) -> Check:  # fmt: skip
    key = declared(table).key[0]
    looked = columns or TEXTS[table]

    def mend(view: View) -> dict[str, pl.DataFrame]:
        assert fix is not None
        held = _suspects(view, table, looked, pattern, fix)
        rows = [
            {key: row[key], **{column: _mended(row[column], fix) for column in looked}}
            for row in held.iter_rows(named=True)
        ]
        mended = pl.DataFrame(rows, schema={name: held.schema[name] for name in (key, *looked)})
        before, after = (
            pl.concat_str([_joined(table, each) for each in looked], separator=" ¦ ", ignore_nulls=True) for _ in "12"
        )
        return {table: mended.with_columns(held.select(before.alias("_was")).to_series(), after.alias("_now"))}

    @check(
        code if table == "products" else f"{code}_in_{table}",
        f"{table}.{looked[0]}" if len(looked) == 1 else table,
        severity=severity,
        mild=0.01,
        says=says,
        costs=costs,
        repair=repair,
        reads={table: (key, *(("product_id",) if "product_id" in declared(table) else ()), *looked)},
        mend=mend if fix else None,
    )
    def find(view: View) -> pl.LazyFrame:
        held = _suspects(view, table, looked, pattern, fix).lazy()
        return held.select(pl.col(key).alias("id"), *([pl.col("product_id")] if table == "products" else []))

    return find


def _both(table: str) -> tuple[Check, ...]:
    things = Phrase("products", "个商品") if table == "products" else Phrase("reviews", "条评价")
    words = {
        "products": Phrase(
            "are with products whose words cannot be read, searched or translated", "涉及文字无法阅读、搜索或翻译的商品"
        ),
        "reviews": Phrase("cannot be read by people or models", "人和模型都无法读懂"),
    }[table]
    titles = ("title",)
    return (
        _defect(
            "encoding.mojibake", table, mending.MOJIBAKE, mending.mend_mojibake, "medium",
            Phrase("{count} " + things.en + " ({share}) hold UTF-8 that was read as Windows-1252 (‘CafÃ©’ for ‘Café’)",
                   "{count} " + things.zh + "（{share}）的文字是被当作 Windows-1252 读入的 UTF-8（“CafÃ©”应为“Café”）"),
            words, Phrase("read the file as UTF-8 and import it again, or let Mercer mend the texts",
                          "请按 UTF-8 读取文件后重新导入，或让 Mercer 修复文字"),
        ),
        _defect(
            "encoding.gbk", table, mending.GBK, mending.mend_gbk, "medium",
            Phrase("{count} " + things.en + " ({share}) hold Chinese in GBK that was read as Latin-1 (‘ÖÐÎÄ’ for ‘中文’)",
                   "{count} " + things.zh + "（{share}）的中文是被当作 Latin-1 读入的 GBK（“ÖÐÎÄ”应为“中文”）"),
            words, Phrase("save the file as UTF-8 and import it again, or let Mercer mend the texts",
                          "请将文件另存为 UTF-8 后重新导入，或让 Mercer 修复文字"),
        ),
        _defect(
            "encoding.lost", table, mending.LOST, None, "medium",
            Phrase("{count} " + things.en + " ({share}) have characters that were lost (‘�’, ‘????’)",
                   "{count} " + things.zh + "（{share}）有字符已丢失（“�”“????”）"),
            words, Phrase("they are gone from this file: export again as UTF-8 from the source", "此文件已无法恢复：请从源头以 UTF-8 重新导出"),
        ),
        _defect(
            "encoding.markup", table, mending.MARKUP, mending.mend_markup, "low",
            Phrase("{count} " + things.en + " ({share}) have HTML tags or entities where plain text belongs",
                   "{count} " + things.zh + "（{share}）的纯文本中含有 HTML 标签或实体"),
            words, Phrase("export plain text, or let Mercer take the markup out", "请导出纯文本，或让 Mercer 去掉标记"),
        ),
        _defect(
            "encoding.control", table, mending.CONTROL, mending.mend_control, "low",
            Phrase("{count} " + things.en + " ({share}) hold characters that nobody sees: control codes, zero-width blanks",
                   "{count} " + things.zh + "（{share}）含有看不见的字符：控制符、零宽空格"),
            words, Phrase("let Mercer take them out", "可让 Mercer 去除"),
        ),
        _defect(
            "encoding.space", table, mending.SPACE, mending.mend_space, "note",
            Phrase("{count} titles ({share}) begin or end with a blank, or hold a doubled one",
                   "{count} 个标题（{share}）首尾有空格，或中间有重复空格"),
            Phrase("are with products whose title is not equal to the same title elsewhere", "涉及标题看似相同、比较却不等的商品"), Phrase("let Mercer trim them", "可让 Mercer 修整"), titles,
        ),
    )  # fmt: skip


PRODUCTS = _both("products")
REVIEWS = _both("reviews")
