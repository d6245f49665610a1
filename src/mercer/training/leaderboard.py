"""All candidates side by side, on the same cases and the same resamples, newcomers apart."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from mercer.core.metric import Metric
from mercer.core.phrase import Phrase
from mercer.training.backtest import KNOWN, NEWCOMERS, WHO, Scores
from mercer.training.compare import Floats, Interval, Resamples, column_means, spread
from mercer.training.task import Outcome

STATES = {
    "finished": Phrase("finished", "完成"),
    "over_time": Phrase("over budget: time", "超出预算：时间"),
    "over_memory": Phrase("over budget: memory", "超出预算：内存"),
    "failed": Phrase("failed", "出错"),
    "needs_extra": Phrase("not installed", "未安装"),
    "needs_data": Phrase("lacks data", "缺少数据"),
    "not_examined": Phrase("not examined", "未检验"),
}


@dataclass(frozen=True, slots=True)
class Candidate:
    """One model in the running: what became of it, and its scores where it finished."""

    model: str
    rung: int
    about: Phrase
    state: str
    note: Phrase | None = None
    outcome: Outcome | None = None
    scores: Scores | None = None

    @property
    def finished(self) -> bool:
        return self.scores is not None


@dataclass(frozen=True, slots=True)
class Score:
    """One metric of one model for one kind of customer, and what it gains over the baseline.

    ``gain`` is in the metric's own unit and direction: above zero it is a higher number, not always a better one.
    """

    value: Interval
    gain: Interval | None = None


@dataclass(frozen=True, slots=True)
class Leaderboard:
    """Every candidate with its scores: ``scores[model][who][metric]``."""

    metrics: Sequence[Metric]
    baseline: str
    candidates: Sequence[Candidate]
    scores: Mapping[str, Mapping[str, Mapping[str, Score]]]
    cases: Mapping[str, int]
    customers: Mapping[str, int]
    deciding: str
    """On whom the choice rests: the known customers, or the newcomers where there are too few others."""
    resampled: Mapping[str, Floats] = field(repr=False)
    """Per model, the deciding metric's mean in each resample of the deciding customers."""

    @property
    def finished(self) -> list[Candidate]:
        return [each for each in self.candidates if each.finished]

    @property
    def metric(self) -> Metric:
        """The metric that decides."""
        return self.metrics[0]

    def score(self, model: str) -> Interval:
        """The deciding metric of a model."""
        return self.scores[model][self.deciding][self.metric.name].value

    def lead(self, model: str, over: str) -> Interval:
        """How much better ``model`` is than ``over`` on the deciding metric: above zero is better, whatever its direction."""
        mean = self.score(model).mean - self.score(over).mean
        difference = spread(mean, (self.resampled[model] - self.resampled[over])[:, None])[0]
        return difference if self.metric.higher_is_better else difference.turned()


FEW_CUSTOMERS = 20
"""With fewer known customers than this among the cases, and more newcomers, the newcomers decide."""


def leaderboard(metrics: Sequence[Metric], baseline: str, candidates: Sequence[Candidate], seed: int) -> Leaderboard:
    """Compare the candidates that finished; the others are listed with what became of them.

    All must have been examined on the same cases: ValueError otherwise, for then a difference would mean nothing.
    """
    finished = [each for each in candidates if each.scores is not None]
    examined = {each.model: each.scores for each in finished if each.scores is not None}
    first = next(iter(examined.values()), None)
    if first is None:
        none: dict[str, int] = dict.fromkeys(WHO, 0)
        return Leaderboard(metrics, baseline, candidates, {}, none, none, KNOWN, {})
    for name, scores in examined.items():
        if not first.same_cases(scores):
            raise ValueError(
                f"{name} was examined on other cases: the capability's cases() gives different ones each time"
            )
    cases = {who: int(first.of(who).sum()) for who in WHO}
    customers = {who: len(np.unique(first.groups[first.of(who)])) for who in WHO}
    few = customers[KNOWN] < min(FEW_CUSTOMERS, customers[NEWCOMERS] + 1)
    deciding = NEWCOMERS if few and customers[NEWCOMERS] else KNOWN
    found: dict[str, dict[str, dict[str, Score]]] = {name: {} for name in examined}
    resampled: dict[str, Floats] = {}
    for who in WHO:
        if cases[who]:
            tables = _scores_of(who, metrics, baseline, examined, seed)
            for name, (own, draws) in tables.items():
                found[name][who] = own
                if who == deciding:
                    resampled[name] = draws
    return Leaderboard(metrics, baseline, candidates, found, cases, customers, deciding, resampled)


def _scores_of(
    who: str, metrics: Sequence[Metric], baseline: str, examined: Mapping[str, Scores], seed: int
) -> dict[str, tuple[dict[str, Score], Floats]]:
    """Per model: its scores for the cases of ``who``, and the deciding metric in every resample."""
    first = next(iter(examined.values()))
    chosen = first.of(who)
    per_case = [each.name for each in metrics if each.per_case]
    # Shape: (cases, models * metrics), so that one product with the weights serves them all.
    columns = np.stack([scores.per_case[name][chosen] for scores in examined.values() for name in per_case], axis=1)
    resamples = Resamples(first.groups[chosen], seed)
    draws = resamples.means(columns).reshape(resamples.times, len(examined), len(per_case))
    values = column_means(columns).reshape(len(examined), len(per_case))
    models = list(examined)
    place = models.index(baseline) if baseline in models else None
    found = {}
    for row, model in enumerate(models):
        scores: dict[str, Score] = {}
        for column, name in enumerate(per_case):
            value = spread(values[row, column], draws[:, row, column, None])[0]
            gain = None
            if place is not None and row != place:
                difference = draws[:, row, column] - draws[:, place, column]
                gain = spread(values[row, column] - values[place, column], difference[:, None])[0]
            scores[name] = Score(value, gain)
        against = examined[baseline] if place is not None and row != place else None
        scores |= _whole_scores(who, metrics, examined[model], against)
        ordered = {each.name: scores[each.name] for each in metrics if each.name in scores}
        found[model] = (ordered, draws[:, row, 0])
    return found


def _whole_scores(who: str, metrics: Sequence[Metric], own: Scores, other: Scores | None) -> dict[str, Score]:
    scores = {}
    for metric in metrics:
        held = own.wholes.get((metric.name, who))
        if metric.per_case or held is None:
            continue
        base = other.wholes.get((metric.name, who)) if other is not None else None
        gain = None if base is None else _around(held[0] - base[0], held[1:] - base[1:])
        scores[metric.name] = Score(_around(held[0], held[1:]), gain)
    return scores


def _around(value: float, draws: Floats) -> Interval:
    if not len(draws):
        return Interval(float(value), float("nan"), float("nan"))
    return spread(value, draws[:, None], centred=True)[0]
