"""What the owner is told of a training: records drawn from report.json, with lists of flat rows that any interface shows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from mercer.core.numbers import give_or_take
from mercer.core.record import Record, about


class LeaderboardRow(Record):
    """One model: its place by the metric that decides, what it gains over the baseline, what it took."""

    model: Annotated[str, about("model", "模型")]
    chosen: Annotated[str, about("whether it was chosen", "是否采用")] = ""
    score: Annotated[float | None, about("the metric that decides", "决定性指标")] = None
    score_low: Annotated[float | None, about("lower end of its 95 % interval", "95% 区间下限")] = None
    score_high: Annotated[float | None, about("upper end of its 95 % interval", "95% 区间上限")] = None
    gain: Annotated[
        float | None, about("difference to the baseline, on the same cases", "与基准的差（同一批案例）")
    ] = None
    gain_low: Annotated[float | None, about("lower end of its 95 % interval", "95% 区间下限")] = None
    gain_high: Annotated[float | None, about("upper end of its 95 % interval", "95% 区间上限")] = None
    fit_seconds: Annotated[float | None, about("seconds it learned", "学习用时（秒）")] = None
    answer_seconds: Annotated[float | None, about("seconds it took to answer all cases", "回答全部案例用时（秒）")] = (
        None
    )
    peak_mb: Annotated[int | None, about("the most memory it held, in MB", "内存峰值（MB）")] = None
    state: Annotated[str | None, about("what became of it, where it did not finish", "未能完成时的状态")] = None
    state_zh: Annotated[str | None, about("the same in Chinese", "同上（中文）")] = None


class Examination(Record):
    """How the models of one capability fared, which was chosen, and why."""

    chosen: Annotated[str, about("the chosen model", "采用的模型")]
    version: Annotated[
        str | None, about("its version in the registry; none where nothing was published", "登记版本；未发布则无")
    ]
    metric: Annotated[str, about("the metric that decides", "决定性指标")]
    why: Annotated[str, about("why it was chosen", "采用的理由")]
    why_zh: Annotated[str, about("why, in Chinese", "采用的理由（中文）")]
    otherwise: Annotated[tuple[str, ...], about("when another would be", "何时会改用别的模型")]
    otherwise_zh: Annotated[tuple[str, ...], about("when another would be, in Chinese", "何时会改用别的模型（中文）")]
    examined_on: Annotated[str, about("how time was split", "时间的划分")]
    examined_on_zh: Annotated[str, about("how time was split, in Chinese", "时间的划分（中文）")]
    cases: Annotated[int, about("cases of customers the past knows", "老客户案例数")]
    newcomer_cases: Annotated[int, about("cases of newcomers", "新客户案例数")]
    leaderboard: Annotated[tuple[LeaderboardRow, ...], about(
        "every model, best first", "全部模型，从好到差")]  # fmt: skip
    all_metrics: Annotated[tuple[dict[str, str], ...], about(
        "every metric with half its 95 % interval, for customers the past knows", "老客户的各项指标及 95% 区间半宽")]  # fmt: skip
    newcomers: Annotated[tuple[dict[str, str], ...], about(
        "the same for newcomers", "新客户的各项指标")]  # fmt: skip


class TrainReport(Record):
    """What a training found, for each capability."""

    snapshot: Annotated[str, about("the frozen data it learned from", "所用快照")]
    seconds: Annotated[float, about("how long all of it took", "总用时（秒）")]
    published: Annotated[bool, about("whether the chosen models answer from now on", "所选模型是否已开始作答")]
    capabilities: Annotated[dict[str, Examination], about("per capability", "按能力")]


def examination(report: Mapping[str, Any], version: str | None) -> Examination:
    """What a report says, as a record."""
    split = report["split"]
    words = split["words"] if split else report["why"]
    return Examination(
        chosen=report["model"], version=version, metric=report["metric"],
        why=report["why"]["en"], why_zh=report["why"]["zh"],
        otherwise=tuple(each["en"] for each in report["otherwise"]),
        otherwise_zh=tuple(each["zh"] for each in report["otherwise"]),
        examined_on=words["en"], examined_on_zh=words["zh"],
        cases=report["cases"]["known"], newcomer_cases=report["cases"]["newcomers"],
        leaderboard=tuple(_rows(report)), all_metrics=tuple(metric_rows(report, "known")),
        newcomers=tuple(metric_rows(report, "newcomers")),
    )  # fmt: skip


def ranked(report: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The candidates of a report, best first by the metric that decides; those without a score last."""
    name, who = report["metric"], report["deciding"]
    up = next(each["higher_is_better"] for each in report["metrics"] if each["name"] == name)

    def place(candidate: Mapping[str, Any]) -> tuple[bool, float]:
        mean = candidate["scores"].get(who, {}).get(name, {}).get("mean")
        return (mean is None, 0.0 if mean is None else -mean if up else mean)

    return sorted(report["candidates"], key=place)


def _rows(report: Mapping[str, Any]) -> list[LeaderboardRow]:
    rows = []
    for each in ranked(report):
        score = each["scores"].get(report["deciding"], {}).get(report["metric"], {})
        peak = each["peak_mb"]
        rows.append(LeaderboardRow(
            model=each["model"], chosen="✓" if each["model"] == report["model"] else "", score=score.get("mean"),
            score_low=score.get("low"), score_high=score.get("high"),
            **{name: score.get(name) for name in ("gain", "gain_low", "gain_high")},
            fit_seconds=each["fit_seconds"], answer_seconds=each["answer_seconds"],
            peak_mb=None if peak is None else round(peak),
            **_trouble(each),
        ))  # fmt: skip
    return rows


def _trouble(candidate: Mapping[str, Any]) -> dict[str, str]:
    """What became of a candidate that did not finish, in both languages."""
    if candidate["state"] == "finished":
        return {}
    words, note = candidate["state_words"], candidate["note"] or {"en": "", "zh": ""}
    return {"state": _joined(words["en"], note["en"], ": "), "state_zh": _joined(words["zh"], note["zh"], "：")}


def _joined(first: str, second: str, by: str) -> str:
    return f"{first}{by}{second}" if second else first


def metric_rows(report: Mapping[str, Any], who: str) -> list[dict[str, str]]:
    """One row per metric, one column per model that was examined: mean ± half of the 95 % interval."""
    models = [each for each in ranked(report) if each["scores"].get(who)]
    if not models:
        return []
    return [
        {"metric": metric["name"]} | {each["model"]: cell(each["scores"][who].get(metric["name"])) for each in models}
        for metric in report["metrics"]
    ]


def cell(score: Mapping[str, float | None] | None) -> str:
    """A mean with half of its interval.

    >>> cell({"mean": 0.12345, "low": 0.12, "high": 0.1292}), cell({"mean": 3.2, "low": None, "high": None}), cell(None)
    ('0.1235 ±0.0046', '3.2', '')
    """
    mean = score.get("mean") if score else None
    return "" if score is None or mean is None else give_or_take(mean, score.get("low"), score.get("high"))
