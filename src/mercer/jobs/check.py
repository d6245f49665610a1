"""Check a shop's data: what is wrong, what it costs, what to do; and repair what can be repaired safely."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any

from mercer.core.operation import Progress, from_function, silent
from mercer.core.phrase import Phrase
from mercer.core.record import Language, LocalPath, ShortText, about
from mercer.jobs.naming import typed
from mercer.trust.quality.finding import CheckReport

if TYPE_CHECKING:
    from mercer.shop import Shop

_CLEAR = Phrase("nothing was found: this data is ready to learn from", "没有发现问题，可以直接用来训练")


def check_data(
    shop: Shop,
    html: Annotated[
        str | None, LocalPath(), about("write the findings as a web page into this file too", "同时把结果写成网页文件")
    ] = None,
    repair: Annotated[
        tuple[ShortText, ...],
        about(
            "repair these defects, by the code of their check, or all; a dry run unless --write is given",
            "修复这些问题（用检查代码，或 all 表示全部）；不加 --write 只是演练",
            max_length=100,
        ),
    ] = (),
    write: Annotated[bool, about("carry the repairs out", "真正执行修复")] = False,
    language: Annotated[Language | None, about("language in which the web page opens", "网页打开时的语言")] = None,
    progress: Progress = silent,
) -> CheckReport:
    """Look at every table, alone and beside the others; or repair, where ``repair`` names defects."""
    from mercer.trust.quality.checks import all_checks
    from mercer.trust.quality.repair import repair as mend
    from mercer.trust.quality.run import look

    began, now = time.monotonic(), datetime.now(UTC).replace(microsecond=0)
    facts: dict[str, Any] = {"shop": shop.settings.name, "checked_at": now}
    if repair:
        done = mend(shop.store, repair, write, now, shop.settings.currency)
        again = " ".join(f"--repair {code}" for code in repair)
        said = _mended(sum(each.rows for each in done), write)
        return CheckReport(
            **facts,
            outcome=said.en,
            outcome_zh=said.zh,
            seconds=_since(began),
            repairs=tuple(done),
            next=f"mercer check {typed(shop.folder)} {again} --write" if done and not write else None,
        )
    findings, tables = look(shop.store, now, shop.settings.currency, readers(shop), progress)
    clear = None if findings or not tables else _CLEAR
    report = CheckReport(
        **facts,
        checks=len(all_checks()),
        outcome=clear and clear.en,
        outcome_zh=clear and clear.zh,
        **{
            severity: sum(each.severity == severity for each in findings)
            for severity in ("high", "medium", "low", "note")
        },
        tables=tuple(tables),
        findings=tuple(findings),
        seconds=_since(began),
        html=html,
        next=_next(typed(shop.folder), bool(tables), any(each.repair.automatic for each in findings)),
    )
    if html is not None:
        _write_page(report, html, language or shop.settings.languages[0])
    return report


def readers(shop: Shop) -> dict[str, list[str]]:
    """For each table, the capabilities whose models need or use it."""
    found: dict[str, list[str]] = {}
    for name, capability in shop.capabilities().items():
        tables = {table for model in capability.models().values() for table in (*model.needs, *model.uses)}
        for table in sorted(tables):
            found.setdefault(table, []).append(name)
    return found


def _write_page(report: CheckReport, path: str, language: str) -> None:
    from pathlib import Path

    from mercer.core.errors import Invalid
    from mercer.trust.quality.page import page

    try:
        Path(path).write_text(page(report, language), encoding="utf-8")
    except OSError as error:
        raise Invalid(
            Phrase("cannot write {path}: {error}", "无法写入 {path}：{error}").format(
                path=path, error=error.strerror or error
            ),
            Phrase(
                "name a file in a folder that exists and may be written to", "请指定一个已存在且可写的文件夹中的文件"
            ),
        ) from None


def _mended(rows: int, write: bool) -> Phrase:
    if not rows:
        return Phrase("nothing of it is there to be repaired", "没有需要修复的内容")
    if write:
        return Phrase("rows repaired: {rows}", "已修复 {rows} 行").format(rows=f"{rows:,}")
    return Phrase("rows that would change: {rows}; nothing was written yet", "将改动 {rows} 行；尚未写入").format(
        rows=f"{rows:,}"
    )


def _next(shop: str, filled: bool, automatic: bool) -> str | None:
    if not filled:
        return f"mercer import {shop} FILE…"
    return f"mercer check {shop} --repair all" if automatic else None


def _since(began: float) -> float:
    return round(time.monotonic() - began, 2)


operation = from_function(
    check_data,
    command="check",
    summary=Phrase(
        "Check the shop's data: what is wrong, what it costs, how to repair it",
        "检查店铺数据：哪里有问题、代价多大、如何修复",
    ),
    slow=True,
    changes=True,
)
