"""The data check as one page that asks nothing of any other machine: light and dark, English and Chinese."""

from __future__ import annotations

from datetime import datetime
from html import escape
from importlib.resources import files
from string import Template

from mercer.core.phrase import Phrase, same
from mercer.trust.quality.checks import NAMES, SEVERITIES, Severity
from mercer.trust.quality.finding import CheckReport, Finding, TableLook
from mercer.trust.quality.run import percent

MEANINGS: dict[Severity, Phrase] = {
    "high": Phrase("answers will be wrong", "会导致错误"),
    "medium": Phrase("answers will be worse", "会降低质量"),
    "low": Phrase("a little worse", "略有影响"),
    "note": Phrase("worth knowing", "值得了解"),
}
COSTS, REPAIR, EXAMPLES, AUTOMATIC = (
    Phrase("Costs", "代价"),
    Phrase("Repair", "修复"),
    Phrase("Examples", "示例"),
    Phrase("Mercer can do it", "可自动修复"),
)


def page(report: CheckReport, language: str = "en") -> str:
    """The whole page, opening in ``language``; a button turns to the other one."""
    chinese = language.lower().startswith("zh")
    template = Template(files("mercer.trust.quality").joinpath("page.html").read_text(encoding="utf-8"))
    heading = Phrase("Data check: {shop}", "数据检查：{shop}").format(shop=report.shop)
    done = Phrase("{checks} checks, {when}, {seconds} s", "{checks} 项检查，{when}，用时 {seconds} 秒").format(
        checks=report.checks, when=_minute(report.checked_at), seconds=f"{report.seconds:.1f}"
    )
    footer = Phrase(
        "A share of interactions counts views, carts and purchases (and order lines) in this shop's own data that a defect touches: it is "
        "measured. What that does to the answers is an estimate; training with and without the repair measures it.",
        "“互动占比”统计该店铺自己的数据中受影响的浏览、加购与购买（含订单行），是实测值；它对结果的影响是估计，修复前后各训练一次即可实测。",
    )
    return template.substitute(
        language="zh-CN" if chinese else "en",
        spoken="zh" if chinese else "en",
        title=escape(heading.say(language)),
        heading=both(heading),
        subheading=both(done),
        body="\n".join([_tiles(report), *_sections(report), _tables(report.tables)]),
        footer=both(footer),
    )


def both(words: Phrase) -> str:
    """Words in both languages, of which the page shows one."""
    if words.en == words.zh:
        return escape(words.en)
    return f'<span lang="en">{escape(words.en)}</span><span lang="zh-CN">{escape(words.zh)}</span>'


def _minute(when: datetime) -> str:
    return when.strftime("%Y-%m-%d %H:%M UTC")


def _tiles(report: CheckReport) -> str:
    tiles = []
    for severity in SEVERITIES:
        count = getattr(report, severity)
        words = f"<b>{count}</b> {both(NAMES[severity])}<br><span class='soft'>{both(MEANINGS[severity])}</span>"
        inner = f'<a href="#{severity}">{words}</a>' if count else words
        tiles.append(f'<li class="tile {severity if count else "none"}">{inner}</li>')
    return f'<ul class="tiles">{"".join(tiles)}</ul>'


def _sections(report: CheckReport) -> list[str]:
    if not report.findings:
        clear = Phrase("Nothing was found. This data is ready to learn from.", "没有发现问题，可以直接用来训练。")
        return [f'<h2>{both(Phrase("Findings", "发现"))}</h2><div class="clear">{both(clear)}</div>']
    sections = []
    for severity in SEVERITIES:
        found = [each for each in report.findings if each.severity == severity]
        if found:
            cards = "\n".join(_card(each) for each in found)
            sections.append(f'<section id="{severity}"><h2>{both(NAMES[severity])}</h2>{cards}</section>')
    return sections


def _card(finding: Finding) -> str:
    rows = [
        (COSTS, both(Phrase(finding.costs.text, finding.costs.text_zh)) + _bar(finding.costs.share)),
        (REPAIR, both(Phrase(finding.repair.text, finding.repair.text_zh))),
    ]
    if finding.repair.automatic:
        rows.append((AUTOMATIC, f"<code>mercer check SHOP --repair {escape(finding.code)}</code>"))
    if finding.examples:
        rows.append((EXAMPLES, " ".join(f"<code>{escape(each)}</code>" for each in finding.examples)))
    facts = "".join(f"<dt>{both(name)}</dt><dd>{value}</dd>" for name, value in rows)
    return (
        f'<article class="{finding.severity}"><p class="code"><span class="mark">{both(NAMES[finding.severity])}</span>'
        f"{escape(finding.code)} · {escape(finding.where)}</p>"
        f"<h3>{both(Phrase(finding.found.text, finding.found.text_zh))}</h3><dl>{facts}</dl></article>"
    )


def _bar(share: float) -> str:
    return f'<span class="bar" role="img" aria-label="{percent(share)}"><i style="width:{share:.2%}"></i></span>'


def _tables(tables: tuple[TableLook, ...]) -> str:
    if not tables:
        return ""
    times = [when for each in tables for when in (each.first, each.last) if when is not None]
    heads = (
        f'<th scope="col">{both(Phrase("Table", "表"))}</th><th scope="col" class="n">{both(Phrase("Rows", "行数"))}</th>'
        f'<th scope="col">{both(Phrase("From", "起"))}</th><th scope="col">{both(Phrase("Until", "止"))}</th>'
        f'<th scope="col">{both(Phrase("Span", "时间跨度"))}</th>'
    )
    rows = "".join(_row(each, min(times, default=None), max(times, default=None)) for each in tables)
    words = Phrase("What was looked at", "检查的数据")
    return (
        f'<h2>{both(words)}</h2><div class="scroll" role="region" tabindex="0" aria-label="{escape(words.en)}">'
        f"<table><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table></div>"
    )


def _row(look: TableLook, first: datetime | None, last: datetime | None) -> str:
    begins, ends = (each.strftime("%Y-%m-%d") if each else "" for each in (look.first, look.last))
    span = ""
    if look.first and look.last and first and last and last > first:
        left, width = (look.first - first) / (last - first), (look.last - look.first) / (last - first)
        words = same(f"{begins} – {ends}")
        span = f'<span class="years" role="img" aria-label="{words}"><i style="left:{left:.2%};width:{width:.2%}"></i></span>'
    return (
        f'<tr><th scope="row">{escape(look.table)}</th><td class="n">{look.rows:,}</td><td>{begins}</td><td>{ends}</td>'
        f'<td class="span">{span}</td></tr>'
    )
