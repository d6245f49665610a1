"""The right answer: customers buy again what they have bought most."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from mercer.core.model import Model
from mercer.core.phrase import Phrase
from mercer.core.snapshot import Snapshot
from tinyshop.description import NextRequest, NextResponse, favourites, most_bought


class Own(Model):
    """A customer will buy what they bought most; a newcomer what everybody does."""

    name = "own"
    about = Phrase("What the customer has bought most", "客户自己买得最多的商品")
    rung = 2
    needs = ("order_lines",)

    def fit(self, past: Snapshot, seed: int = 0) -> None:
        self.best = {"": most_bought(past), **favourites(past)}

    def answer(self, requests: Sequence[NextRequest]) -> Sequence[NextResponse]:
        return [NextResponse(product=self.best.get(each.customer, self.best[""])) for each in requests]

    def save(self, folder: Path) -> None:
        (folder / "best.json").write_text(json.dumps(self.best))

    def load(self, folder: Path) -> None:
        self.best = json.loads((folder / "best.json").read_text())
