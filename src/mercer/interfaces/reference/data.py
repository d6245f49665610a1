"""The pages of what the shop keeps: its tables, and its settings file."""

from __future__ import annotations

from mercer.core.phrase import Phrase, same
from mercer.core.table import Column, Table
from mercer.core.tables import TABLES
from mercer.interfaces.reference.markdown import fields_table, page, sentence, table
from mercer.store.settings import ServerSettings, Settings

TABLES_TEXT = Phrase(
    "One declaration of each table gives its SQL, the frames that models learn from, the check of every row that comes in, "
    "and this page. Ids are strings as the platform gave them; times are UTC; money is an integer in minor units beside an "
    "ISO-4217 currency; units stand in the column's name. **Bold** columns name a row; * marks columns that every row needs. "
    "Columns of a *person* reach models as a pseudonym, and those marked *secret* never leave the store.",
    "每个表只声明一次，由此得到 SQL、供模型学习的数据框、逐行检查以及本页。编号是平台给出的字符串；时间为 UTC；金额为货币最小单位的整数，"
    "旁边是 ISO-4217 货币；单位写在列名里。**粗体** 列标识一行；* 表示每行必填。*person* 列以化名提供给模型，标有 *secret* 的列不会离开数据库。",
)
SETTINGS_TEXT = Phrase(
    "`mercer.toml` in the shop's folder. Addresses may hold `${VARIABLES}` of the environment, so that no password need stand "
    "in the file; relative ones start at the folder.",
    "店铺文件夹中的 `mercer.toml`。地址里可以使用环境变量 `${VARIABLES}`，以免把密码写进文件；相对地址以该文件夹为起点。",
)


def tables_page(language: str) -> str:
    """Every table with its columns."""
    return page(
        language,
        Phrase("Tables", "数据表"),
        TABLES_TEXT.say(language),
        *(_table(each, language) for each in TABLES.values()),
    )


def _table(declared: Table, language: str) -> str:
    heads = [Phrase(*each).say(language) for each in (("column", "列"), ("kind", "类型"), ("meaning", "含义"))]
    kind = (
        Phrase("A log: a row that is there stays as it is.", "日志表：已有的行保持不变。")
        if declared.append
        else Phrase("The newest writing of a row counts.", "同一行以最新写入为准。")
    )
    rows = [(_name(column, declared), _kind(column), _about(column, language)) for column in declared.columns]
    return f"## {declared.name}\n\n{sentence(declared.about, language)} {kind.say(language)}\n\n" + table(heads, rows)


def _name(column: Column, declared: Table) -> str:
    shown = f"**`{column.name}`**" if column.name in declared.key else f"`{column.name}`"
    return shown + (" *" if column.required or column.name in declared.key else "")


def _kind(column: Column) -> str:
    marks = [column.kind, *(["person"] if column.person in ("customer", "visitor") else []),
             *(["secret"] if column.person == "secret" else [])]  # fmt: skip
    return " · ".join(marks)


def _about(column: Column, language: str) -> str:
    choices = f" ({', '.join(f'`{each}`' for each in column.choices)})" if column.choices else ""
    return column.about.say(language) + choices


def settings_page(language: str) -> str:
    """Every setting of mercer.toml."""
    return page(
        language,
        same("mercer.toml"),
        SETTINGS_TEXT.say(language),
        fields_table(Settings, language),
        "## [server]",
        fields_table(ServerSettings, language),
    )
