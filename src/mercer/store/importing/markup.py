"""Text out of HTML, and JSON out of columns."""

from __future__ import annotations

import html
from collections.abc import Mapping

import polars as pl

_UNSEEN = r"(?is)<(script|style|template)\b.*?</(script|style|template)\s*>|<!--.*?-->"
_BREAKS = r"(?i)<\s*/?\s*(?:br|p|div|li|ul|ol|tr|table|h[1-6]|section|article)\b[^>]*>"
_TAGS = r"<[A-Za-z/!][^<>]*>"


def plain_text(markup: pl.Series) -> pl.Series:
    """Readable text without tags: paragraphs become lines, entities the characters they stand for.

    >>> plain_text(pl.Series(["<p>Tea &amp; cakes</p><p>3 < 4</p>", "plain"])).to_list()
    ['Tea & cakes\\n3 < 4', 'plain']
    """
    if not markup.str.contains("[<&]").any():
        return markup
    text = markup.str.replace_all(_UNSEEN, " ").str.replace_all(_BREAKS, "\n").str.replace_all(_TAGS, "")
    coded = text.str.contains("&", literal=True).fill_null(value=False).arg_true()
    if len(coded):
        text = text.scatter(coded, pl.Series([html.unescape(each) for each in text.gather(coded)], dtype=pl.String))
    text = text.str.replace_all(r"[^\S\n]+", " ").str.replace_all(r" ?\n[\s]*", "\n").str.strip_chars()
    return text.set(text == "", None)


def facts(columns: Mapping[str, str]) -> pl.Expr:
    """A JSON object out of columns of text, by the name each has in it; what is null is left out, and nothing is null.

    >>> pl.DataFrame({"c": ["red", None], "s": ['6"', None]}).select(facts({"colour": "c", "size": "s"})).to_series().to_list()
    ['{"colour":"red","size":"6\\\\""}', None]
    """
    parts = [
        pl.when(pl.col(column).is_not_null()).then(
            pl.struct(pl.col(column).cast(pl.String).alias(name)).struct.json_encode().str.strip_prefix("{").str.strip_suffix("}")
        )
        for name, column in columns.items()
    ]  # fmt: skip
    if not parts:
        return pl.lit(None, dtype=pl.String).alias("attributes")
    inner = pl.concat_str(parts, separator=",", ignore_nulls=True)
    return pl.when(inner != "").then("{" + inner + "}").alias("attributes")
