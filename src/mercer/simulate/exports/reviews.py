"""Reviews, in Mercer's own table layout: no platform has one that all share."""

from __future__ import annotations

import csv
from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np

from mercer.core.phrase import Phrase
from mercer.simulate.choice import Choice
from mercer.simulate.exports.labels import Labels
from mercer.simulate.exports.money import shopify_time
from mercer.simulate.people import COUNTRIES
from mercer.simulate.plan import REVIEWS, Plan
from mercer.simulate.trade import CANCELLED, Orders

HEADERS = (
    "review_id",
    "product_id",
    "order_id",
    "customer_id",
    "rating",
    "title",
    "body",
    "language",
    "verified",
    "written_at",
)

SHARE = 0.05
"""So many of the lines bought are reviewed."""

WORDS = {
    1: (
        Phrase("Sent it back", "退货了"),
        Phrase("Not as described, and it broke within a week.", "与描述不符，用了一周就坏了。"),
    ),
    2: (Phrase("Disappointing", "失望"), Phrase("Expected more for the price.", "这个价格，本来期望更高。")),
    3: (Phrase("It is all right", "还行"), Phrase("Does what it should, nothing more.", "能用，没什么惊喜。")),
    4: (Phrase("Good", "不错"), Phrase("Well made, and it came quickly.", "做工不错，发货也快。")),
    5: (
        Phrase("Love it", "很喜欢"),
        Phrase("Exactly what I was looking for. I would buy it again.", "正是我想要的，会再买。"),
    ),
}


class ReviewFile:
    """Reviews being written, a day at a time."""

    def __init__(self, path: Path, plan: Plan, choice: Choice, names: Labels) -> None:
        self._plan = plan
        self._choice = choice
        self._names = names
        self._file = path.open("w", encoding="utf-8", newline="")
        self._writer = csv.writer(self._file, lineterminator="\n")
        self._writer.writerow(HEADERS)
        self.written = 0

    def write(self, index: int, day: Orders) -> None:
        """Write what comes to be said of the orders of day ``index``; what would come after the last day is not written."""
        rng = self._plan.rng(REVIEWS, index)
        owner = np.repeat(np.arange(len(day)), np.diff(day.begins))
        chosen = np.flatnonzero((rng.random(len(owner)) < SHARE) & (day.fate[owner] != CANCELLED))
        wait = rng.integers(4, 25, len(chosen)) * 86_400_000_000
        utility = self._choice.utility(day.person[owner[chosen]], day.product[chosen])
        stars = np.clip(np.round(2.6 + 0.55 * utility + rng.normal(0, 0.8, len(chosen))), 1, 5).astype(np.int64)
        last = int(self._plan.end.timestamp()) * 1_000_000
        for line, rating, at in zip(
            chosen.tolist(), stars.tolist(), (day.at[owner[chosen]] + wait).tolist(), strict=True
        ):
            if at < last:
                self._row(day, int(owner[line]), line, rating, at)

    def _row(self, day: Orders, order: int, line: int, rating: int, at: int) -> None:
        person = int(day.person[order])
        language = COUNTRIES[self._choice.whom.country[person]].language
        heading, body = (words.say(language) for words in WORDS[rating])
        self._writer.writerow(
            (
                f"R{day.number[order]}-{line - int(day.begins[order])}",
                self._names.handles[day.product[line]],
                f"#{day.number[order]}",
                self._names.emails[person],
                rating,
                heading,
                body,
                "zh-CN" if language.startswith("zh") else "en",
                "true",
                shopify_time(at)[:19].replace(" ", "T") + "Z",
            )
        )
        self.written += 1

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()
