"""What a data check reports."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from mercer.core.record import Record, about
from mercer.trust.quality.checks import Severity


class Found(Record):
    """What is wrong, in words and numbers."""

    text: Annotated[str, about("in words", "说明（英文）")]
    text_zh: Annotated[str, about("in words, in Chinese", "说明（中文）")]
    count: Annotated[int, about("rows with the defect", "有此问题的行数")]
    rows: Annotated[int, about("rows of the table", "该表的行数")]
    share: Annotated[float, about("share of the rows", "占比")]


class Cost(Record):
    """What the defect costs."""

    text: Annotated[str, about("in words", "说明（英文）")]
    text_zh: Annotated[str, about("in words, in Chinese", "说明（中文）")]
    capabilities: Annotated[
        tuple[str, ...], about("capabilities that read the data in question", "读取这些数据的功能")
    ] = ()
    share: Annotated[float, about("share of what they learn from that is touched", "受影响的学习数据占比")] = 0.0
    basis: Annotated[
        str, about("what the share is a share of: interactions, or rows of the table", "占比的基数：互动或该表的行")
    ] = "rows"


class Repair(Record):
    """What to do about it."""

    text: Annotated[str, about("in words", "说明（英文）")]
    text_zh: Annotated[str, about("in words, in Chinese", "说明（中文）")]
    automatic: Annotated[
        bool, about("whether mercer check --repair can do it", "能否用 mercer check --repair 自动修复")
    ] = False


class Finding(Record):
    """One defect: where it is, how much of it, what it costs and what to do."""

    severity: Annotated[Severity, about("high, medium, low or note", "严重程度（英文）：high、medium、low 或 note")]
    severity_zh: Annotated[str, about("the same in Chinese", "严重程度：严重、中等、轻微或提示")]
    code: Annotated[str, about("name of the check", "检查的代码")]
    where: Annotated[str, about("table and column", "表与列")]
    found: Annotated[Found, about("what was found", "发现")]
    costs: Annotated[Cost, about("what it costs", "代价")]
    repair: Annotated[Repair, about("what to do", "建议")]
    examples: Annotated[
        tuple[str, ...], about("ids of a few of them; addresses of people are masked", "示例；均为编号，个人地址已遮盖")
    ] = ()


class TableLook(Record):
    """How large a table is and which time it covers."""

    table: Annotated[str, about("table", "表")]
    rows: Annotated[int, about("rows", "行数")]
    first: Annotated[datetime | None, about("earliest time", "最早时间")] = None
    last: Annotated[datetime | None, about("latest time", "最晚时间")] = None


class Mended(Record):
    """What an automatic repair has done, or would do."""

    code: Annotated[str, about("name of the check", "检查的代码")]
    table: Annotated[str, about("table that is written to", "写入的表")]
    rows: Annotated[int, about("rows that change", "改动的行数")]
    examples: Annotated[tuple[str, ...], about("id, what stood there, what stands there then", "编号、原值与新值")]
    written: Annotated[bool, about("whether it was written; otherwise this is a dry run", "是否已写入；否则只是演练")]


class CheckReport(Record):
    """What a data check found, gravest first, or what repairs did."""

    shop: Annotated[str, about("shop", "店铺")]
    checked_at: Annotated[datetime, about("when", "时间")]
    seconds: Annotated[float, about("seconds it took", "用时（秒）")]
    checks: Annotated[int | None, about("checks that were made", "检查项数")] = None
    high: Annotated[int | None, about("findings that make answers wrong", "会导致错误的发现")] = None
    medium: Annotated[int | None, about("findings that make answers worse", "会降低质量的发现")] = None
    low: Annotated[int | None, about("findings that make answers a little worse", "略微降低质量的发现")] = None
    note: Annotated[int | None, about("findings worth knowing", "值得了解的发现")] = None
    outcome: Annotated[str | None, about("what came of it", "结果（英文）")] = None
    outcome_zh: Annotated[str | None, about("what came of it, in Chinese", "结果（中文）")] = None
    tables: Annotated[tuple[TableLook, ...], about("what was looked at", "检查的表")] = ()
    findings: Annotated[tuple[Finding, ...], about("what was found", "发现的问题")] = ()
    repairs: Annotated[tuple[Mended, ...], about("what repairs did, or would do", "修复的结果或演练")] = ()
    html: Annotated[str | None, about("page that was written", "写出的网页")] = None
    next: Annotated[str | None, about("what to do now", "下一步")] = None
