"""Recommenders that add up what several signals say, with weights learned for each kind of question."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mercer.capabilities.recommend.attributes import Attribute, attributes_of
from mercer.capabilities.recommend.batch import KNOWN, NEWCOMER, QUESTIONS, Batch
from mercer.capabilities.recommend.context import Memory, in_view
from mercer.capabilities.recommend.evidence import Evidence
from mercer.capabilities.recommend.explaining import Explained
from mercer.capabilities.recommend.learning import learn_weights
from mercer.capabilities.recommend.reasons import Cause
from mercer.capabilities.recommend.recommender import Recommender
from mercer.capabilities.recommend.segments import TASTE, Segments, kept_segments, segments_of_kept
from mercer.capabilities.recommend.signals import OWN, Signals, kept_signals, only, own_features, signals_of, softened
from mercer.capabilities.recommend.trial import Trial, hold_out
from mercer.core.phrase import Phrase, same
from mercer.ml.rows import Rows, spans, times

CASES = 1500


class Blend(Recommender):
    """A product's score is a weighted sum of features, each between 0 and 1.

    Features are named 'view:<signal or attribute>' (what the products in view say), 'past:<…>' (what the person's past
    says), 'own…' (what they did with this very product) and 'base:<…>' (what the shop as a whole says). ``weights`` is
    questions × features.
    """

    weights: NDArray[np.float64]
    signals: Signals
    base: dict[str, NDArray[np.float32]]

    @abstractmethod
    def gather(self, evidence: Evidence, trial: Trial | None, seed: int) -> None:
        """Work out ``signals`` and ``base`` from the evidence. With a trial, settings may be chosen on it and kept."""

    @abstractmethod
    def prior(self) -> NDArray[np.float64]:
        """Weights to begin with, questions × features, for shops and questions with nothing to learn them from."""

    def study(self, evidence: Evidence, seed: int) -> None:
        trial = hold_out(evidence, seed, CASES)
        learner = type(self)(self.settings)
        self.parts: dict[str, Any] = {}
        if trial is not None:
            learner.stand_on(trial.before, self.window)
            learner.parts = self.parts
            learner.gather(trial.before, trial, seed)
            learner.weights = learner.prior()
            learned = learn_weights(learner, trial)
        self.gather(evidence, None, seed)
        self.weights = self.prior()
        if trial is not None:
            self._carry_over(learner.names, learned)

    @property
    def names(self) -> list[str]:
        """The features, in the order of the columns of ``weights``."""
        links = [*self.signals.names, *self.attributes]
        sides = [f"{side}:{each}" for side in ("view", "past") for each in links]
        return [*sides, *OWN, "segment", *(f"base:{each}" for each in self.base)]

    segments: Segments | None = None
    lift: NDArray[np.float32]

    @cached_property
    def attributes(self) -> dict[str, Attribute]:
        """In which attributes products are compared."""
        return attributes_of(self.catalogue)

    def score(self, batch: Batch) -> NDArray[np.float32]:
        scores = np.empty((len(batch), len(self.catalogue)), np.float32)
        for question in np.unique(batch.question).tolist() if len(batch) > 1 else batch.question.tolist():
            rows = only(batch, question)
            if rows is None:
                return self._score(batch, question)
            scores[rows] = self._score(batch.where(rows), question)
        return scores

    def features(self, batch: Batch) -> Iterator[tuple[str, NDArray[np.float32]]]:
        """Each feature by itself, rows × products, or one row where it is the same for all: what :meth:`score` adds up."""
        products = len(self.catalogue)
        for side, heard in (("view", softened(in_view(batch))), ("past", softened(self.memory.of(batch.person)))):
            for name, links in self._alone.items():
                yield f"{side}:{name}", times(heard, links, products)
            for name, attribute in self.attributes.items():
                yield f"{side}:{name}", attribute.shares(heard)[:, attribute.code]
        places, lengths = spans(self.people.indptr, batch.person)
        row = np.repeat(np.arange(len(batch)), lengths)
        for column, name in enumerate(OWN):
            dense = np.zeros((len(batch), products), np.float32)
            dense[row, self.people.product[places]] = self.own[places, column]
            yield name, dense
        yield "segment", self.lift[self.segments.of(batch, self.memory)] if self.segments else dense[:1] * 0
        for name, vector in self.base.items():
            yield f"base:{name}", vector[None]

    @cached_property
    def _alone(self) -> dict[str, Rows]:
        return {name: self.signals.one(place) for place, name in enumerate(self.signals.names)}

    def strike_out(self, scores: NDArray[np.float32], batch: Batch) -> None:
        """Bar what the backtest bars: products in view, and bought ones that are not bought again."""
        self._leave_out(scores, batch, ["auto"] * len(batch))

    def why(self, batch: Batch, items: NDArray[np.int64]) -> list[Cause]:
        return Explained(self, batch, items).causes()

    def said(self, question: int, side: str) -> tuple[Rows | None, list[tuple[float, Attribute]]]:
        """What products say on one side ('view' or 'past') of a question: links, weighed, and attributes with weights."""
        held = self._said.get((question, side))
        if held is None:
            own = {name: place for place, name in enumerate(self.names)}
            of = {
                name.partition(":")[2]: self.weights[question, place]
                for name, place in own.items()
                if name.startswith(side)
            }
            weights = np.array([of[name] for name in self.signals.names])
            links = self.signals.weighed(weights) if np.any(weights) else None
            held = links, [(float(of[name]), each) for name, each in self.attributes.items() if of[name]]
            self._said[question, side] = held
        return held

    def grounds(self, question: int) -> NDArray[np.float32]:
        """What the shop as a whole says for each product, on a kind of question."""
        held = self._grounds.get(question)
        if held is None:
            weights = self.weights[question, len(self.names) - len(self.base) :]
            held = np.zeros(len(self.catalogue), np.float32)
            for weight, vector in zip(weights, self.base.values(), strict=True):
                held += np.float32(weight) * vector
            self._grounds[question] = held
        return held

    def likeness(self, question: int, side: str) -> Rows | None:
        """Of the links that :meth:`said` gives, the part that the products' texts have in them."""
        if "text" not in self.signals.names:
            return None
        weights = np.zeros(len(self.signals.names))
        place = self.signals.names.index("text")
        weights[place] = self.weights[question, self.names.index(f"{side}:text")]
        return self.signals.weighed(weights) if weights[place] else None

    def shop_cause(self, batch: Batch, item: int) -> Cause:
        """Why the shop as a whole shows it: popular among people alike, popular, or new."""
        group = int(self.segments.of(batch, self.memory)[0]) if self.segments else -1
        if group >= 0 and self.popularity[item] > 0 and self.lift[group, item] > 0:
            assert self.segments is not None
            return Cause("popular_in", words={"segment": self._called(self.segments, group), "when": self.latest})
        leaf = int(self.catalogue.leaf[item])
        if self.popularity[item] <= 0 and leaf >= 0 and self.base.get("new", self.floor)[item] > 0.5:
            return Cause("new_in", words={"category": same(self.catalogue.categories[leaf])})
        return self.popular_cause(item)

    def _called(self, segments: Segments, group: int) -> Phrase:
        code = int(segments.codes[group])
        return same(self.catalogue.categories[code] if segments.grouping == TASTE else self.people.trait_names[code])

    def own_weights(self, question: int) -> NDArray[np.float32]:
        """The weights of OWN on a kind of question."""
        begin = self.names.index(OWN[0])
        return self.weights[question, begin : begin + len(OWN)].astype(np.float32)

    def facts(self) -> dict[str, Any]:
        learned = {
            QUESTIONS[question]: {
                name: round(float(weight), 2)
                for name, weight in zip(self.names, self.weights[question], strict=True) if abs(weight) >= 0.005
            }
            for question in range(len(QUESTIONS))
        }  # fmt: skip
        return {**super().facts(), "weights": learned}

    def keep(self) -> dict[str, Any]:
        base = {"base_names": list(self.base), "base": np.stack(list(self.base.values()))}
        return {**kept_signals(self.signals), "weights": self.weights, **base, **kept_segments(self.segments)}

    def take(self, kept: dict[str, Any]) -> None:
        self.signals = signals_of(kept)
        self.weights = np.asarray(kept["weights"])
        self.hold(segments_of_kept(kept))
        self.base = dict(zip(kept["base_names"], kept["base"], strict=True))

    def _prepare(self) -> None:
        super()._prepare()
        self.memory = Memory(self.people)
        self.own = own_features(self.people, self.rates)
        self._said: dict[tuple[int, str], tuple[Rows | None, list[tuple[float, Attribute]]]] = {}
        self._grounds: dict[int, NDArray[np.float32]] = {}
        self.__dict__.pop("attributes", None)

    def hold(self, segments: Segments | None) -> None:
        """Take these groups; ``lift`` is log(a group's share / the shop's), 0 where neither is known, within ± 3."""
        self.segments = segments
        if segments is None or not len(segments.codes):
            self.segments = None
            return
        shop = self.popularity / max(float(self.popularity.sum()), 1.0)
        ratio = np.log(np.maximum(segments.shares, 1e-12) / np.maximum(shop, 1e-12)[None])
        lift = np.where(shop > 0, np.clip(ratio, -3, 3), 0)
        self.lift = np.concatenate([lift, np.zeros((1, len(shop)))]).astype(np.float32)

    def _score(self, batch: Batch, question: int) -> NDArray[np.float32]:
        scores = np.repeat(self.grounds(question)[None], len(batch), axis=0)
        weight = np.float32(self.weights[question, self.names.index("segment")])
        if self.segments is not None and weight:
            scores += weight * self.lift[self.segments.of(batch, self.memory)]
        if question > KNOWN:
            self._add(scores, in_view(batch), question, "view")
        if question == NEWCOMER or (batch.person < 0).all():
            return scores
        self._add(scores, self.memory.of(batch.person), question, "past")
        places, lengths = spans(self.people.indptr, batch.person)
        row = np.repeat(np.arange(len(batch)), lengths)
        scores[row, self.people.product[places]] += self.own[places] @ self.own_weights(question)
        return scores

    def _add(self, scores: NDArray[np.float32], heard: Rows, question: int, side: str) -> None:
        if not len(heard.indices):
            return
        heard = softened(heard)
        links, attributes = self.said(question, side)
        if links is not None:
            scores += times(heard, links, len(self.catalogue))
        for weight, attribute in attributes:
            scores += (np.float32(weight) * attribute.shares(heard))[:, attribute.code]

    def _carry_over(self, names: list[str], learned: NDArray[np.float64]) -> None:
        """Put the weights learned on a trial in place; a feature that was not there then keeps its prior."""
        place = {name: column for column, name in enumerate(names)}
        for column, name in enumerate(self.names):
            if name in place:
                self.weights[:, column] = learned[:, place[name]]
