"""Draw the benchmark tables of the documents from results/*.json; with --check, say whether they are fresh.

python benchmarks/tables.py            writes docs/benchmarks.md, docs/zh-CN/benchmarks.md and the READMEs' numbers
python benchmarks/tables.py --check    changes nothing; exit 1 where a page differs from the results
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from mercer.core.phrase import Phrase, same

ROOT = Path(__file__).resolve().parents[1]
Rows = list[dict[str, Any]]

PAGES = {"en": ROOT / "docs" / "benchmarks.md", "zh-CN": ROOT / "docs" / "zh-CN" / "benchmarks.md"}
READMES = {"en": ROOT / "README.md", "zh-CN": ROOT / "README.zh-CN.md"}

ABOUT: dict[str, tuple[Phrase, Phrase]] = {
    "import_speed": (
        Phrase("Importing a shop", "导入店铺数据"),
        Phrase(
            "`mercer import` of a public export, beside the bare floor: Polars parsing the same file and one bulk insert of "
            "the same rows into SQLite, without checks, without tables of a shop, without being repeatable.",
            "用 `mercer import` 导入公开数据集，并与“裸下限”对比：用 Polars 解析同一文件，再把同样的行一次性批量写入 SQLite，"
            "不做检查、不分表、也不支持重复导入。",
        ),
    ),
    "ask_overhead": (
        Phrase("What asking costs", "一次提问的开销"),
        Phrase(
            "`Shop.ask` beside the model's own `answer` for the same requests: validation, pseudonyms, reasons and the decision "
            "written to the log, in one number.",
            "同样的请求，`Shop.ask` 与模型自身 `answer` 的耗时对比：差值包含校验、化名、理由，以及写入决策日志。",
        ),
    ),
    "http_speed": (
        Phrase("Serving over HTTP", "HTTP 服务"),
        Phrase(
            "Requests per second of `POST /v1/recommend_products` beside a bare FastAPI endpoint that validates with Pydantic "
            "and returns constant JSON of the same size, in the same number of processes.",
            "`POST /v1/recommend_products` 的每秒请求数，对比一个只做 Pydantic 校验、返回同样大小固定 JSON 的 FastAPI 接口，进程数相同。",
        ),
    ),
    "recommend_peers": (
        Phrase("Recommendations beside other libraries", "推荐效果与其他开源库对比"),
        Phrase(
            "Each shop is imported, split by time and trained by the owner's own `train` job; the peers get the same past as a "
            "customer × product matrix, answer the same cases and are measured by the same code. `mercer` is what `mercer "
            "train` chose. In brackets: 95 % interval over customers.",
            "每家店铺都经过导入、按时间切分，并用店主自己的 `train` 任务训练；其他库拿到同样的历史（客户 × 商品矩阵），回答同样的考题，"
            "并由同一份代码评分。`mercer` 是 `mercer train` 最终选中的模型。括号内为按客户重采样的 95% 置信区间。",
        ),
    ),
}
CHINESE: dict[str, str] = {
    "all rows, empty shop, fresh process": "全部行，空店铺，全新进程",
    "ten products for a known customer, one question at a time, each decision logged in SQLite": (
        "为已知客户推荐十件商品，逐个提问，每次决策都写入 SQLite"
    ),
    "time split, next products; known customers, visits and baskets": "按时间切分，预测后续商品；已知客户、访问与购物篮",
    "seconds": "秒",
    "records": "记录数",
    "times the floor": "下限的倍数",
    "p50 ms": "p50（毫秒）",
    "p99 ms": "p99（毫秒）",
    "added p50 ms": "增加的 p50（毫秒）",
    "added p99 ms": "增加的 p99（毫秒）",
    "requests/s": "每秒请求数",
    "share of bare": "与空接口之比",
}
"""The protocols and metrics of the results that are words."""
BUSY = "{}（同时有其他任务，占用 {}）"
TURNS = "各一个进程，{} 个连接，轮流 {} 轮，每轮 {} 秒"
SHOWN: dict[str, tuple[str, ...]] = {"recommend_peers": ("ndcg@10", "recall@10", "hit_rate@10", "mrr@10")}
"""Of benchmarks with many metrics, those the page shows; the results hold them all."""
BASELINE = "mercer:popular"

SYSTEM, FIT, ANSWER, PEAK = (
    Phrase("system", "系统"),
    Phrase("fit, s", "训练（秒）"),
    Phrase("answer, s", "回答（秒）"),
    Phrase("peak, MB", "内存峰值（MB）"),
)
CHOSEN = Phrase("Mercer, as `mercer train` chose", "Mercer（`mercer train` 选中的模型）")
POPULAR = Phrase("recent popularity", "近期热销")
TITLE = Phrase("Benchmarks", "基准测试")
INTRODUCTION = Phrase(
    "Drawn from [`benchmarks/results`]({up}benchmarks/results) by `make docs`; `make bench` measures again. How each number is "
    "made, and what did not work, is in [`benchmarks/`]({up}benchmarks/README.md).",
    "本页由 `make docs` 根据 [`benchmarks/results`]({up}benchmarks/results) 生成，`make bench` 可重新测量。"
    "每个数字如何得来、哪些尝试没有成功，见 [`benchmarks/`]({up}benchmarks/README.md)。",
)
MEASURED = Phrase("Measured {date} at commit {commit} on {machine}.", "测量于 {date}，提交 {commit}，机器：{machine}。")
DATASET = Phrase("{name}, {protocol}", "{name}，{protocol}")


def main(words: Sequence[str] | None = None) -> int:
    """Write every page, or only say which are stale."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="change nothing; exit 1 where a page is stale")
    check = parser.parse_args(words).check
    stale = []
    for path, text in drawn().items():
        if path.exists() and path.read_text(encoding="utf-8") == text:
            continue
        stale.append(str(path.relative_to(ROOT)))
        if not check:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
    for name in stale:
        print(f"{name} {'is stale: run make docs' if check else 'written'}")
    return 1 if check and stale else 0


def drawn() -> dict[Path, str]:
    """Every page that shows results, as it should be."""
    results = {
        file.stem: json.loads(file.read_text("utf-8")) for file in sorted((ROOT / "benchmarks/results").glob("*.json"))
    }
    pages = {path: page(results, language) for language, path in PAGES.items()}
    for language, path in READMES.items():
        if path.exists():
            pages[path] = filled(path.read_text(encoding="utf-8"), results, language)
    return pages


def page(results: dict[str, Rows], language: str) -> str:
    """The page of all benchmarks."""
    up = "../" if language == "en" else "../../"
    parts = [f"# {TITLE.say(language)}", INTRODUCTION.format(up=up).say(language)]
    for name in sorted(results, key=lambda each: list(ABOUT).index(each) if each in ABOUT else len(ABOUT)):
        title, about = ABOUT.get(name, (same(name), same("")))
        newest = dict(max(results[name], key=lambda row: row["date"]))
        newest["machine"] = word(newest["machine"], language)
        parts += [f"## {title.say(language)}", about.say(language), MEASURED.format(**newest).say(language)]
        for dataset in dict.fromkeys((row["dataset"], row["protocol"]) for row in results[name]):
            rows = [row for row in results[name] if (row["dataset"], row["protocol"]) == dataset]
            heading = DATASET.format(name=dataset[0], protocol=word(dataset[1], language)).say(language)
            parts += [f"### {heading}", table(rows, language, SHOWN.get(name, ()))]
    return "\n\n".join(part for part in parts if part) + "\n"


def table(rows: Rows, language: str, metrics: Sequence[str] = ()) -> str:
    """Systems down, metrics across, then what they cost; the best of each metric in bold."""
    metrics = metrics or list(dict.fromkeys(row["metric"] for row in rows))
    costs = [
        (name, said)
        for name, said in (("fit_seconds", FIT), ("answer_seconds", ANSWER), ("peak_mb", PEAK))
        if any(row[name] is not None for row in rows)
    ]
    lines = [
        "| "
        + " | ".join(
            [
                SYSTEM.say(language),
                *(word(metric, language) for metric in metrics),
                *(said.say(language) for _, said in costs),
            ]
        )
        + " |",
        "|" + "---|" * (1 + len(metrics) + len(costs)),
    ]
    for system in dict.fromkeys((row["system"], row["version"]) for row in rows):
        mine = {row["metric"]: row for row in rows if (row["system"], row["version"]) == system}
        cells = [figure(mine.get(metric)) for metric in metrics]
        spent = [cost(next((row[name] for row in mine.values() if row[name] is not None), None)) for name, _ in costs]
        label = " ".join(filter(None, (f"**{system[0]}**" if system[0] == "mercer" else system[0], system[1])))
        lines.append("| " + " | ".join([label, *cells, *spent]) + " |")
    return "\n".join(lines)


def across(rows: Rows, metric: str, language: str) -> str:
    """Systems down, data sets across, one metric: what was chosen, the baseline and the peers, best first."""
    marks = {
        (row["system"], row["dataset"]): row
        for row in rows
        if row["metric"] == metric and (row["system"] in ("mercer", BASELINE) or not row["system"].startswith("mercer"))
    }
    datasets = list(dict.fromkeys(dataset for _, dataset in marks))
    systems = sorted(
        dict.fromkeys(system for system, _ in marks),
        key=lambda system: -sum(row["value"] for (each, _), row in marks.items() if each == system),
    )
    lines = ["| " + " | ".join([f"{metric}", *datasets]) + " |", "|" + "---|" * (1 + len(datasets))]
    for system in systems:
        label = (
            f"**{CHOSEN.say(language)}**"
            if system == "mercer"
            else POPULAR.say(language)
            if system == BASELINE
            else system
        )
        lines.append("| " + " | ".join([label, *(figure(marks.get((system, each))) for each in datasets)]) + " |")
    return "\n".join(lines)


def figure(row: dict[str, Any] | None) -> str:
    """A value with its interval."""
    if row is None:
        return ""
    if row["low"] is None or row["high"] is None:
        return cost(row["value"])
    share = max(map(abs, (row["value"], row["low"], row["high"]))) <= 1
    value, low, high = (f"{each:.4f}" if share else cost(each) for each in (row["value"], row["low"], row["high"]))
    return f"{value} ({low}–{high})"


def word(said: str, language: str) -> str:
    """A protocol or a metric in the page's language; names stay as they are."""
    if language != "zh-CN":
        return said
    turns = re.fullmatch(r"one process each, (\S+) connections, (\S+) rounds of (\S+) s in turn", said)
    busy = re.fullmatch(r"(.*), busy with other work \((.*)\)", said)
    if turns or busy:
        return (TURNS if turns else BUSY).format(*(turns or busy).groups())  # type: ignore[union-attr]
    return CHINESE.get(said, said)


def cost(value: float | None) -> str:
    """A number with as many digits as it deserves."""
    if value is None:
        return ""
    if abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.3g}" if abs(value) < 10 else f"{value:.1f}"


def filled(text: str, results: dict[str, Rows], language: str) -> str:
    """A text with each ``<!-- table: benchmark dataset metric,metric -->…<!-- end -->`` drawn anew; * is all data sets."""

    def draw(match: re.Match[str]) -> str:
        name, dataset, metrics = match[1].split()
        if dataset == "*":
            drawn = across(results.get(name, []), metrics, language)
            return f"<!-- table: {match[1]} -->\n{drawn}\n<!-- end -->"
        rows = [row for row in results.get(name, []) if row["dataset"] == dataset]
        return f"<!-- table: {match[1]} -->\n{table(rows, language, metrics.split(','))}\n<!-- end -->"

    return re.sub(r"<!-- table: ([^>]*?) -->.*?<!-- end -->", draw, text, flags=re.DOTALL)


if __name__ == "__main__":
    sys.exit(main())
