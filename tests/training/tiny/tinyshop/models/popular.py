"""The honest baseline: what everybody buys."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

from mercer.core.model import Model
from mercer.core.phrase import Phrase
from mercer.core.record import Record, about
from mercer.core.snapshot import Snapshot
from tinyshop.description import NextRequest, NextResponse, most_bought


class Popular(Model):
    """Everybody will buy what was bought most."""

    # Before the model's own ``about``, which would hide the function of that name from pydantic.
    class Settings(Record):
        least: Annotated[int, about("fewest purchases that count", "计入的最少购买数", ge=0, le=100)] = 1

    name = "popular"
    about = Phrase("What was bought most, for everybody", "对所有人都回答最畅销的商品")
    rung = 0
    needs = ("order_lines",)

    def fit(self, past: Snapshot, seed: int = 0) -> None:
        self.best = most_bought(past)

    def answer(self, requests: Sequence[NextRequest]) -> Sequence[NextResponse]:
        return [NextResponse(product=self.best) for _ in requests]

    def save(self, folder: Path) -> None:
        (folder / "best.json").write_text(json.dumps(self.best))

    def load(self, folder: Path) -> None:
        self.best = json.loads((folder / "best.json").read_text())

    def facts(self) -> dict[str, Any]:
        return {"best": self.best}
