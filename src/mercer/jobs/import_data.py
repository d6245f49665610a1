"""Bring the files that a platform exports into the shop."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field

from mercer.core.errors import Fault, Invalid
from mercer.core.operation import Progress, from_function, silent
from mercer.core.phrase import Phrase
from mercer.core.record import Id, LocalPath, Record, about
from mercer.jobs.naming import typed
from mercer.store.settings import Currency

if TYPE_CHECKING:
    from mercer.shop import Shop
    from mercer.store.importing.context import Options
    from mercer.store.importing.run import Outcome

REJECTS = "rejects"
"""The folder of refused rows, within the shop's."""

_DONE = Phrase("imported", "已导入")
_ALREADY = Phrase("imported before; nothing to do", "此前已导入，无需再做")
_HOLDS_NOTHING = Phrase("holds no records", "没有记录")
_PARTLY = Phrase("imported up to where it breaks: {problem}", "已导入到损坏处为止：{problem}")
_UNKNOWN = Phrase("nobody recognises it by its columns", "无法按列名识别此文件")
_NEAR = Phrase("{layout} would need {names}", "{layout} 还需要 {names}")
_NONE = Phrase("none of the files could be imported: {files}", "没有一个文件能导入：{files}")
_SEE_PAGE = Phrase(
    "docs/guides/import.md lists what is read; --layout NAME says what a file is",
    "docs/guides/import.md 列出了可读取的文件；可用 --layout 名称 指明文件格式",
)
_UNKNOWN_ZONE = Phrase("there is no time zone '{zone}'", "没有名为“{zone}”的时区")
_ZONE_HINT = Phrase("write it as Europe/Berlin or Asia/Shanghai", "请写成 Europe/Berlin 或 Asia/Shanghai 的形式")


class ImportedFile(Record):
    """What became of one file."""

    file: Annotated[str, about("file", "文件")]
    layout: Annotated[str | None, about("what it was read as", "识别为")]
    records: Annotated[int, about("records in it", "记录数")]
    refused: Annotated[int, about("records refused, whole or in part", "被拒绝的记录数（全部或部分）")]
    seconds: Annotated[float, about("seconds it took", "用时（秒）")]
    outcome: Annotated[str, about("what came of it", "结果（英文）")]
    outcome_zh: Annotated[str, about("what came of it, in Chinese", "结果（中文）")]


class TableChange(Record):
    """What became of the rows for one table."""

    table: Annotated[str, about("table", "表")]
    added: Annotated[int, about("rows that are new", "新增行数")]
    changed: Annotated[int, about("rows that differ from before", "改动行数")]
    unchanged: Annotated[int, about("rows that were there already", "原已存在的行数")]


class Refusal(Record):
    """One reason for which records were refused."""

    file: Annotated[str, about("file", "文件")]
    field: Annotated[str, about("column", "列")]
    reason: Annotated[str, about("why", "原因（英文）")]
    reason_zh: Annotated[str, about("why, in Chinese", "原因（中文）")]
    times: Annotated[int, about("how often", "次数")]
    line: Annotated[int, about("line of the first one", "首次出现的行号")]
    found: Annotated[str, about("what stood there", "该处的内容")]


class Remark(Record):
    """How a file was understood where it left that open."""

    file: Annotated[str, about("file", "文件")]
    text: Annotated[str, about("remark", "说明（英文）")]
    text_zh: Annotated[str, about("remark, in Chinese", "说明（中文）")]


class ImportReport(Record):
    """What an import did."""

    seconds: Annotated[float, about("seconds it took", "用时（秒）")]
    files: Annotated[tuple[ImportedFile, ...], about("the files", "文件")]
    tables: Annotated[tuple[TableChange, ...], about("what became of the rows", "各表的变化")] = ()
    refusals: Annotated[tuple[Refusal, ...], about("why records were refused", "拒绝原因")] = ()
    rejects: Annotated[tuple[str, ...], about("files of refused rows", "被拒绝行的文件")] = ()
    remarks: Annotated[tuple[Remark, ...], about("how files were understood", "文件的理解方式")] = ()
    next: Annotated[str | None, about("what to do now", "下一步")] = None


Path = Annotated[str, Field(min_length=1, max_length=4000)]


def import_data(
    shop: Shop,
    files: Annotated[
        tuple[Path, ...],
        LocalPath(),
        about(
            "files, folders or zip archives of an export",
            "导出的文件、文件夹或 zip 压缩包",
            min_length=1,
            max_length=10_000,
        ),
    ],
    layout: Annotated[
        Id | None,
        about(
            "what the files are, such as olist or own/orders; told by their columns by default",
            "文件格式，如 olist 或 own/orders；默认按列名识别",
        ),
    ] = None,
    currency: Annotated[
        Currency | None,
        about(
            "currency of amounts that name none; the platform's or the shop's by default",
            "未注明币种的金额所用货币；默认取平台或店铺的货币",
        ),
    ] = None,
    zone: Annotated[
        str, about("time zone of times that name none", "未注明时区的时间所用时区", min_length=1, max_length=100)
    ] = "UTC",
    dates: Annotated[
        Literal["auto", "day-first", "month-first"], about("how 03/04/2026 is read", "03/04/2026 的读法")
    ] = "auto",
    event: Annotated[
        Id | None,
        about(
            "what the rows of a log are that names no behaviour: purchase, view_item …",
            "日志没有行为列时，每行代表什么：purchase、view_item ……",
        ),
    ] = None,
    again: Annotated[bool, about("import files that were imported before once more", "重新导入已导入过的文件")] = False,
    progress: Progress = silent,
) -> ImportReport:
    """Read files as the platform exports them into the shop's tables; what each is, its columns tell.

    Rows that cannot be right are refused, each with its line, field and reason in the shop's ``rejects`` folder, and the rest
    goes in. Importing again changes nothing, and an import that was cut short goes on where it stopped. NotFound where a path
    leads nowhere; Invalid where none of the files could be recognised.
    """  # fmt: skip
    import pathlib

    from mercer.store.importing.run import Import

    began = time.monotonic()
    options = _options(shop, currency, zone, dates, event)
    work = Import(shop.store, shop.folder / REJECTS, options, layout, again, progress)
    outcomes = work.run([pathlib.Path(each).expanduser() for each in files])
    if not any(each.layout for each in outcomes):
        raise _nothing(outcomes, layout)
    return ImportReport(
        seconds=round(time.monotonic() - began, 2),
        files=tuple(_file(each, layout) for each in outcomes),
        tables=tuple(_tables(outcomes)),
        refusals=tuple(_refusals(outcomes)),
        rejects=tuple(str(each.rejects) for each in outcomes if each.rejects),
        remarks=tuple(
            Remark(file=each.look.source.name, text=note.en, text_zh=note.zh)
            for each in outcomes
            for note in each.notes
        ),
        next=f"mercer check {typed(shop.folder)}",
    )


def _options(shop: Shop, currency: str | None, zone: str, dates: Literal["auto", "day-first", "month-first"], event: str | None) -> Options:  # fmt: skip
    from zoneinfo import ZoneInfo

    from mercer.store.importing.context import Options

    try:
        ZoneInfo(zone)
    except (ValueError, OSError, KeyError):
        raise Invalid(_UNKNOWN_ZONE.format(zone=zone), _ZONE_HINT) from None
    return Options(currency or shop.settings.currency, currency is not None, zone, dates, event)


def _file(outcome: Outcome, layout: str | None) -> ImportedFile:
    said = _became(outcome, layout)
    return ImportedFile(
        file=outcome.look.source.name,
        layout=outcome.layout.name if outcome.layout else None,
        records=outcome.records,
        refused=outcome.refused,
        seconds=round(outcome.seconds, 2),
        outcome=said.en,
        outcome_zh=said.zh,
    )


def _became(outcome: Outcome, layout: str | None) -> Phrase:
    from mercer.store.importing.layout import near

    if outcome.layout is None:
        if outcome.problem:
            return outcome.problem
        close = [_NEAR.format(layout=name, names=", ".join(lacks)) for name, lacks in near(outcome.look, layout)]
        return _joined([_UNKNOWN, *close])
    if outcome.already:
        return _ALREADY
    if outcome.problem:
        return _PARTLY.format(problem=outcome.problem)
    return _DONE if outcome.records else _HOLDS_NOTHING


def _joined(phrases: Sequence[Phrase]) -> Phrase:
    return Phrase("; ".join(each.en for each in phrases), "；".join(each.zh for each in phrases))


def _tables(outcomes: Sequence[Outcome]) -> Iterator[TableChange]:
    from mercer.store.writing import Written

    totals: dict[str, Written] = {}
    for outcome in outcomes:
        for table, written in outcome.written.items():
            totals[table] = totals.get(table, Written()) + written
    for table, written in totals.items():
        yield TableChange(table=table, added=written.added, changed=written.changed, unchanged=written.unchanged)


def _refusals(outcomes: Sequence[Outcome]) -> Iterator[Refusal]:
    for outcome in outcomes:
        for reason in outcome.reasons:
            yield Refusal(
                file=outcome.look.source.name, field=reason.field, reason=reason.reason.en, reason_zh=reason.reason.zh,
                times=reason.times, line=reason.line, found=reason.found,
            )  # fmt: skip


def _nothing(outcomes: Sequence[Outcome], layout: str | None) -> Invalid:
    """The refusal of an import in which no file could be recognised."""
    faults = [Fault(each.look.source.name, "", _became(each, layout)) for each in outcomes]
    told = [Phrase("{file}: {why}", "{file}：{why}").format(file=each.field, why=each.remedy) for each in faults[:5]]
    return Invalid(
        _NONE.format(files=_joined(told) if told else Phrase("there are none", "没有文件")), _SEE_PAGE, faults
    )


operation = from_function(
    import_data,
    command="import",
    summary=Phrase(
        "Bring in what a shop platform exports: products, orders, customers, events",
        "导入店铺平台导出的数据：商品、订单、客户、行为",
    ),
    slow=True,
    changes=True,
    positional=("files",),
)
