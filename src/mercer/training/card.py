"""The model card: what a model is for, what it learned from, how well it does, where it ends (Mitchell et al. 2019)."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from mercer.core.numbers import within
from mercer.core.phrase import Phrase
from mercer.training.records import cell, metric_rows, ranked

Plain = Mapping[str, Any]

PURPOSE = Phrase("What it is for", "用途")
DATA = Phrase("Data", "数据")
SETTINGS = Phrase("Settings", "设置")
LEARNED = Phrase("What it learned", "学到了什么")
SCORES = Phrase("Scores beside the baseline", "与基准并列的成绩")
NEWCOMERS = Phrase("Newcomers, apart", "新客户（单列）")
CANDIDATES = Phrase("All candidates", "全部候选模型")
WHY = Phrase("Why this model", "为何采用此模型")
FAIRNESS = Phrase("Fairness", "公平性")
LIMITS = Phrase("Limits", "局限")
MADE = Phrase("How it was made", "制作过程")

_INTERVALS = Phrase(
    "Intervals hold 95 % of {resamples:,} resamples of customers (seed {seed}). A gain is the paired difference to the "
    "baseline on the same cases; one whose interval includes zero may be chance.",
    "区间覆盖对客户重抽样 {resamples:,} 次所得结果的 95%（种子 {seed}）。增益为同一批案例上与基准的配对差；区间包含零者可能只是偶然。",
)
_LIMITS = (
    Phrase(
        "Scores come from the shop's own past. Customers could only choose among what they were shown then, so a model that would "
        "have shown something better gets no credit for it; a comparison with live customers has the last word.",
        "成绩来自店铺自己的历史。顾客当时只能在所展示的商品中选择，因此若模型会展示更好的商品，也得不到应有的分数；最终须以面向真实顾客的对照为准。",
    ),
    Phrase(
        "It knows nothing of what happened after {end}; train again when the assortment or the season changes.",
        "它对 {end} 之后发生的事一无所知；商品或季节变化后请重新训练。",
    ),
)
_EXPOSURE = Phrase(
    "How attention is spread over products and sellers: metrics of the whole, for all customers the past knows.",
    "关注在商品与卖家之间如何分布：针对全部老客户的整体指标。",
)
_GAP = Phrase(
    "Newcomers get {metric} {new}, customers the past knows {known}.", "新客户的 {metric} 为 {new}，老客户为 {known}。"
)
_STOP = Phrase(".", "。")
_NO_EXAM = Phrase("It was not examined.", "未经检验。")


def card(report: Plain, language: str = "en") -> str:
    """The card of the chosen model in Markdown, drawn from its report alone."""
    sections = [
        (PURPOSE, _purpose), (WHY, _why), (SCORES, _scores), (NEWCOMERS, _newcomers), (CANDIDATES, _candidates),
        (FAIRNESS, _fairness), (LIMITS, _limits), (DATA, _data), (SETTINGS, _settings), (LEARNED, _learned), (MADE, _made),
    ]  # fmt: skip
    lines = [f"# {report['model']} · {_say(report['title'], language)}"]
    for heading, part in sections:
        content = list(part(report, language))
        if content:
            lines += ["", f"## {heading.say(language)}", "", *content]
    return "\n".join(lines) + "\n"


def _say(words: Plain, language: str) -> str:
    return Phrase(words["en"], words["zh"]).say(language)


def _purpose(report: Plain, language: str) -> Iterator[str]:
    asked = Phrase("The question: {summary}.", "问题：{summary}。")
    yield asked.format(summary=Phrase(**report["summary"])).say(language)
    yield ""
    answered = Phrase("How it answers: {about}.", "回答方式：{about}。")
    yield answered.format(about=Phrase(**report["about"])).say(language)


def _why(report: Plain, language: str) -> Iterator[str]:
    yield _say(report["why"], language) + _STOP.say(language)
    if report["otherwise"]:
        yield ""
    for each in report["otherwise"]:
        yield f"- {_say(each, language)}{_STOP.say(language)}"


def _scores(report: Plain, language: str) -> Iterator[str]:
    rows = list(_beside(report, "known", language))
    if not rows and not report["cases"]["newcomers"]:
        yield _NO_EXAM.say(language)
        return
    yield from rows
    yield ""
    yield _INTERVALS.format(**report["method"]).say(language)


def _newcomers(report: Plain, language: str) -> Iterator[str]:
    yield from _beside(report, "newcomers", language)


def _beside(report: Plain, who: str, language: str) -> Iterator[str]:
    """The chosen model's metrics, the baseline's, and the gain."""
    own, base = _scores_of(report, report["model"], who), _scores_of(report, report["baseline"], who)
    if not own:
        return
    titles = Phrase(
        "metric|meaning|{model}|baseline: {baseline}|gain", "指标|含义|{model}|基准：{baseline}|增益"
    ).format(**report)
    rows = []
    for metric in report["metrics"]:
        name = metric["name"]
        if name in own:
            gain = {"mean": own[name].get("gain"), "low": own[name].get("gain_low"), "high": own[name].get("gain_high")}
            rows.append(
                (name, _say(metric["about"], language), _ends(own[name]), _ends(base.get(name, {})), _ends(gain))
            )
    yield from _table(titles.say(language).split("|"), rows)


def _scores_of(report: Plain, model: str, who: str) -> Plain:
    found: Plain = next((each["scores"].get(who, {}) for each in report["candidates"] if each["model"] == model), {})
    return found


def _ends(score: Mapping[str, float | None]) -> str:
    mean = score.get("mean")
    return "" if mean is None else within(mean, score.get("low"), score.get("high"))


def _candidates(report: Plain, language: str) -> Iterator[str]:
    titles = Phrase(
        "model|rung|{metric}|learned in (s)|answered in (s)|peak (MB)|state",
        "模型|阶|{metric}|学习（秒）|作答（秒）|峰值（MB）|状态",
    ).format(**report)
    rows = []
    for each in ranked(report):
        score = each["scores"].get(report["deciding"], {}).get(report["metric"])
        state = _say(each["state_words"], language) + (f": {_say(each['note'], language)}" if each["note"] else "")
        numbers = [_number(each[name]) for name in ("fit_seconds", "answer_seconds", "peak_mb")]
        rows.append((each["model"], str(each["rung"]), cell(score), *numbers, state))
    yield from _table(titles.say(language).split("|"), rows)


def _fairness(report: Plain, language: str) -> Iterator[str]:
    whole = [each["name"] for each in report["metrics"] if not each["per_case"]]
    rows = [row for row in metric_rows(report, "known") if row["metric"] in whole]
    if rows:
        yield _EXPOSURE.say(language)
        yield ""
        yield from _table(list(rows[0]), [tuple(row.values()) for row in rows])
    name = report["metric"]
    new, known = (_scores_of(report, report["model"], who).get(name, {}).get("mean") for who in ("newcomers", "known"))
    if new is not None and known is not None:
        yield ""
        yield _GAP.format(metric=name, new=f"{new:.4g}", known=f"{known:.4g}").say(language)


def _limits(report: Plain, language: str) -> Iterator[str]:
    for each in _LIMITS:
        yield f"- {each.format(end=_day(report['data']['end'])).say(language)}"
    if report["split"] and report["split"]["young"]:
        yield f"- {_say(report['split']['words'], language)}"


def _data(report: Plain, language: str) -> Iterator[str]:
    data, split = report["data"], report["split"]
    yield Phrase("Snapshot `{snapshot}`, as of {day}.", "快照 `{snapshot}`，截至 {day}。").format(
        snapshot=data["snapshot"], day=_day(data["end"])).say(language)  # fmt: skip
    if split:
        yield Phrase("Actions from {first} to {last}: {words}.", "行为自 {first} 至 {last}：{words}。").format(
            first=_day(split["first"]), last=_day(split["last"]), words=Phrase(**split["words"])).say(language)  # fmt: skip
    read = [*data["reads"]["needs"], *data["reads"]["uses"]]
    titles = Phrase("table|rows", "表|行数").say(language).split("|")
    yield ""
    yield from _table(titles, [(name, f"{data['rows'].get(name, 0):,}") for name in read])


def _settings(report: Plain, language: str) -> Iterator[str]:
    titles = Phrase("setting|value|meaning", "设置|值|含义").say(language).split("|")
    rows = [(f"`{each['name']}`", _json(each["value"]), _say(each["about"], language)) for each in report["settings"]]
    yield from _table(titles, rows)


def _learned(report: Plain, language: str) -> Iterator[str]:
    facts = (report["refit"] or {}).get("facts", {})
    yield from _table(
        Phrase("fact|value", "项目|值").say(language).split("|"), [(k, _json(v)) for k, v in facts.items()]
    )


def _made(report: Plain, language: str) -> Iterator[str]:
    refit, made = report["refit"], report["made_with"]
    if refit:
        yield Phrase("Fitted on everything in {fit_seconds:.3g} s, with at most {peak_mb:,.0f} MB; seed {seed}.",
                     "用全部数据拟合，耗时 {fit_seconds:.3g} 秒，内存峰值 {peak_mb:,.0f} MB；种子 {seed}。").format(
                         **refit, seed=report["method"]["seed"]).say(language)  # fmt: skip
    yield f"Mercer {made['mercer']}, Python {made['python']}, {made['machine']}; {report['created_at']}"


def _day(text: str) -> str:
    return f"{datetime.fromisoformat(text):%Y-%m-%d}"


def _json(value: Any) -> str:
    return f"{value:.5g}" if isinstance(value, float) else json.dumps(value, ensure_ascii=False)


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def _table(titles: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    if rows:
        yield "| " + " | ".join(titles) + " |"
        yield "|" + "---|" * len(titles)
        yield from ("| " + " | ".join(each.replace("|", "\\|") for each in row) + " |" for row in rows)
