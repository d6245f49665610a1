"""What all recommenders share: from requests to scores, through the filters, to the best n with reasons."""

from __future__ import annotations

import json
from abc import abstractmethod
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import numpy as np
from numpy.typing import NDArray

from mercer.capabilities.recommend.batch import Batch, batch_of
from mercer.capabilities.recommend.bounds import Bounds
from mercer.capabilities.recommend.evidence import Evidence, read_evidence
from mercer.capabilities.recommend.keeping import keep_shop, load_shop
from mercer.capabilities.recommend.notes import notes
from mercer.capabilities.recommend.popularity import Window, choose_window
from mercer.capabilities.recommend.reasons import Cause, say, when
from mercer.capabilities.recommend.records import Recommendations, RecommendRequest
from mercer.capabilities.recommend.repeats import repeat_rates
from mercer.core.errors import Invalid
from mercer.core.model import Model
from mercer.core.phrase import Phrase
from mercer.core.record import Record, about
from mercer.ml.rows import spans
from mercer.ml.topk import top_k

if TYPE_CHECKING:
    from mercer.core.snapshot import Snapshot

OFFERED = Cause("offered")

CELLS = 8_000_000
"""Scores worked out at once: so many float32 numbers are 32 MB."""


class Recommender(Model):
    """Scores products for rows of a batch; the rest of an answer is worked out here.

    A subclass says how it learns (``study``), scores (``score``) and explains itself (``why``), and keeps its own
    arrays (``keep``, ``take``).
    """

    uses = ("products", "variants", "customers", "orders", "order_lines", "events")

    class Settings(Record):
        """Settings that every recommender has."""

        repeat_rate: Annotated[
            float,
            about(
                "with already_bought=auto, products bought before are allowed where at least so large a share of "
                "returning customers buys the same product again; 0.02 lets consumables through and keeps out "
                "what is bought once in years",
                "already_bought=auto 时，回头客中重复购买同一商品的比例达到此值的类目才允许再次推荐；默认 0.02 放行消耗品，挡住多年才买一次的商品",
                ge=0,
                le=1,
            ),
        ] = 0.02

    def fit(self, past: Snapshot, seed: int = 0) -> None:
        evidence = read_evidence(past)
        if not len(evidence.log):
            raise Invalid(
                Phrase("there are no views, carts or purchases to learn from", "没有可供学习的浏览、加购或购买记录"),
                Phrase(
                    "import orders or events first: mercer import SHOP FILE",
                    "请先导入订单或事件：mercer import 店铺 文件",
                ),
            )
        self.learn(evidence, seed)

    def learn(self, evidence: Evidence, seed: int, window: Window | None = None) -> None:
        """Fit to evidence that was read before; ``window`` saves choosing it again."""
        self.stand_on(evidence, window)
        self.study(evidence, seed)

    def stand_on(self, evidence: Evidence, window: Window | None = None) -> None:
        """Learn what every recommender knows: catalogue, people, popularity and where things are bought again."""
        self.catalogue = evidence.catalogue
        self.people = evidence.people
        self.window = window or choose_window(evidence.log, evidence.end, len(self.catalogue))
        self.popularity = self.window.counts(evidence.log, evidence.end, len(self.catalogue)).astype(np.float32)
        self.rates = repeat_rates(evidence.log, self.catalogue)
        self._prepare()

    @abstractmethod
    def study(self, evidence: Evidence, seed: int) -> None:
        """Learn what ``score`` needs; catalogue, people and popularity are there already."""

    @abstractmethod
    def score(self, batch: Batch) -> NDArray[np.float32]:
        """A new array, rows × products: higher is better, and -inf is never."""

    @abstractmethod
    def why(self, batch: Batch, items: NDArray[np.int64]) -> list[Cause]:
        """For a batch of one row: what moved each of these products up most."""

    def keep(self) -> dict[str, Any]:
        """Arrays, and lists of strings, that ``take`` gets back."""
        return {}

    def take(self, kept: dict[str, Any]) -> None:
        """Be fitted, from what ``keep`` gave."""

    def answer(self, requests: Sequence[RecommendRequest]) -> list[Recommendations]:
        batch = batch_of(requests, self.catalogue, self.people)
        answers: list[Recommendations] = []
        for begin, end in self._blocks(len(batch)):
            block, asked = batch.rows(begin, end), requests[begin:end]
            scores = self.score(block)
            for row, request in enumerate(asked):
                scores[row] += self.bounds.of(request)
                if request.exclude:
                    unwanted = [self.catalogue.code[each] for each in request.exclude if each in self.catalogue.code]
                    scores[row, unwanted] = -np.inf
            self._leave_out(scores, block, [request.already_bought for request in asked])
            # The best n of a row are the first n of its best: one look serves all, whatever each asks for.
            items, values = top_k(scores, max(request.n for request in asked))
            for row, request in enumerate(asked):
                n = request.n
                answers.append(self._respond(request, block.rows(row, row + 1), items[row, :n], values[row, :n]))
        return answers

    def rank(self, batch: Batch, n: int) -> NDArray[np.int64]:
        """The best n products for each row, as the backtest asks: anything offered, in stock or not; -1 for none."""
        ranked = [np.zeros((0, n), np.int64)]
        for begin, end in self._blocks(len(batch)):
            block = batch.rows(begin, end)
            scores = self.score(block)
            scores += self.bounds.offered
            self._leave_out(scores, block, ["auto"] * len(block))
            ranked.append(top_k(scores, n)[0])
        width = min(n, len(self.catalogue))
        return np.concatenate([each[:, :width] for each in ranked])

    def save(self, folder: Path) -> None:
        keep_shop(
            folder, self.catalogue, self.people, {"popularity": self.popularity, "rates": self.rates}, self.keep()
        )
        facts = {"days": self.window.days, "depth": self.window.depth}
        (folder / "window.json").write_text(json.dumps(facts), encoding="utf-8")

    def load(self, folder: Path) -> None:
        self.catalogue, self.people, shared, own = load_shop(folder)
        self.popularity, self.rates = shared["popularity"], shared["rates"]
        self.window = Window(**json.loads((folder / "window.json").read_text(encoding="utf-8")))
        self._prepare()
        self.take(own)

    def facts(self) -> dict[str, Any]:
        return {
            "products": len(self.catalogue), "people": int(self.people.known.sum()),
            "popularity_days": self.window.days, "repeat_rate": round(float(self.rates.mean()), 4),
        }  # fmt: skip

    def _prepare(self) -> None:
        """What answering needs again and again."""
        self.bounds = Bounds(self.catalogue)
        self._bought_once = self.rates < self.settings.repeat_rate
        floor = np.log1p(self.popularity)
        self.floor = (floor / max(float(floor.max(initial=0)), 1e-9)).astype(np.float32)
        """Popularity between 0 and 1: what is left to go by where a model has nothing to say."""
        self.latest = when(self.window.days)
        self._lately = Cause("popular", words={"when": self.latest})

    def _blocks(self, rows: int) -> Iterator[tuple[int, int]]:
        step = max(1, CELLS // max(1, len(self.catalogue)))
        return ((begin, min(begin + step, rows)) for begin in range(0, rows, step))

    def _leave_out(self, scores: NDArray[np.float32], batch: Batch, already: Sequence[str]) -> None:
        """Strike out the products in view, and those bought before where that is asked for or sensible."""
        scores[np.repeat(np.arange(len(batch)), np.diff(batch.indptr)), batch.items] = -np.inf
        allow = np.array([each == "allow" for each in already])
        person = np.where(allow, -1, batch.person)
        if (person < 0).all():
            return
        places, lengths = spans(self.people.indptr, person)
        row = np.repeat(np.arange(len(batch)), lengths)
        product, bought = self.people.product[places], self.people.bought[places] > 0
        always = np.array([each == "leave_out" for each in already])[row]
        struck = bought & (always | self._bought_once[product])
        scores[row[struck], product[struck]] = -np.inf

    def _respond(
        self, request: RecommendRequest, row: Batch, items: NDArray[np.int64], values: NDArray[np.float32]
    ) -> Recommendations:
        language = request.language or "en"
        found = items[items >= 0]
        titles, ids = self.catalogue.titles, self.catalogue.ids
        causes = self.why(row, found) if len(found) else []
        # Products often share a cause, whose words are made once; and the records are made all at once from plain values,
        # which takes a third of the time that one after the other takes.
        said = {
            place: say(cause, language, titles, ids) for place, cause in {id(each): each for each in causes}.items()
        }
        recommended = [
            {"product_id": ids[item], "title": titles[item], "score": value, "reasons": (said[id(cause)],)}
            for item, value, cause in zip(found.tolist(), values.tolist(), causes, strict=False)
        ]
        reasons = tuple(notes(request, row, self.catalogue, len(found), language))
        return Recommendations.model_validate({"items": recommended, "reasons": reasons, "model": self.name})

    def popular_cause(self, item: int) -> Cause:
        """Popular lately, or, where even that is not so, simply on offer."""
        return self._lately if self.popularity[item] > 0 else OFFERED
