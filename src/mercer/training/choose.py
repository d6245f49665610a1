"""The choosing rule: the simplest model that is not clearly worse than the best."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from mercer.core.phrase import Phrase
from mercer.training.compare import Interval
from mercer.training.leaderboard import Candidate, Leaderboard

TOLERANCE = 0.02
"""A simpler model may lose this part of the best score, where the loss may also be chance. More would let a shop with few
customers, whose intervals include nearly everything, always end with the baseline."""


@dataclass(frozen=True, slots=True)
class Choice:
    """The chosen model, the best one (often the same), and why, in words."""

    model: str
    best: str
    why: Phrase
    otherwise: tuple[Phrase, ...] = ()
    """When another model would be chosen."""


def choose(board: Leaderboard, may: Callable[[Candidate], bool] = lambda _: True) -> Choice | None:
    """Choose among the finished candidates for which ``may`` holds; None where there is none.

    The best is the one with the best mean of the deciding metric. From the simplest rung upwards, the first model whose
    paired difference to the best has an interval that includes zero, and whose mean loss is at most TOLERANCE of the best
    score, is chosen; within a rung the better one is looked at first. The baseline takes part like all others.
    """
    running = [each for each in board.finished if may(each) and math.isfinite(board.score(each.model).mean)]
    if not running:
        return None
    sign = 1 if board.metric.higher_is_better else -1
    best = max(running, key=lambda each: (sign * board.score(each.model).mean, -each.rung))
    ladder = sorted(running, key=lambda each: (each.rung, -sign * board.score(each.model).mean))
    chosen = next(each for each in ladder if each is best or good_enough(board, each, best))
    simpler = [each for each in ladder if each.rung < chosen.rung]
    why = _why(board, chosen, best, simpler, alone=len(running) == 1)
    return Choice(chosen.model, best.model, why, tuple(_otherwise(board, chosen, best, simpler)))


def good_enough(board: Leaderboard, simple: Candidate, best: Candidate) -> bool:
    """Whether a simpler model is not clearly worse than the best."""
    lead = board.lead(best.model, simple.model)
    return lead.has_zero and lead.mean <= TOLERANCE * abs(board.score(best.model).mean)


def _why(board: Leaderboard, chosen: Candidate, best: Candidate, simpler: list[Candidate], alone: bool) -> Phrase:
    facts = {"chosen": chosen.model, "best": best.model, "metric": board.metric.name, "who": _who(board)}
    facts |= {"score": f"{board.score(chosen.model).mean:.4f}", "top": f"{board.score(best.model).mean:.4f}"}
    if alone:
        return Phrase("{chosen} is the only model that finished ({metric} {score} {who})",
                      "只有 {chosen} 完成了检验（{who}的 {metric} 为 {score}）").format(**facts)  # fmt: skip
    if chosen is not best:
        return Phrase(
            "{best} has the highest mark ({metric} {top} {who}), but its lead over the simpler {chosen} is small and may be "
            "chance: {lead}; so the simpler model is kept",
            "{best} {who}的成绩最好（{metric} {top}），但比更简单的 {chosen} 只高一点，可能只是偶然：{lead}；因此采用更简单的模型",
        ).format(**facts, lead=told(board.lead(best.model, chosen.model)))
    if not simpler:
        return Phrase("{chosen} has the best {metric} {who} ({score}), and no model is simpler",
                      "{chosen} {who}的 {metric} 最好（{score}），且没有更简单的模型").format(**facts)  # fmt: skip
    nearest = min(simpler, key=lambda each: board.lead(best.model, each.model).mean)
    lead = board.lead(best.model, nearest.model)
    if lead.has_zero:
        return Phrase(
            "{chosen} has the best {metric} {who} ({score}); the nearest simpler model, {nearest}, is behind by {lead}, which may "
            "be chance but is more than {tolerance:.0%} of the mark",
            "{chosen} {who}的 {metric} 最好（{score}）；更简单的模型中最接近的 {nearest} 落后 {lead}，虽可能是偶然，但超过成绩的 {tolerance:.0%}",
        ).format(**facts, nearest=nearest.model, lead=told(lead), tolerance=TOLERANCE)
    return Phrase(
        "{chosen} has the best {metric} {who} ({score}), and every simpler model is clearly behind: the nearest, {nearest}, by {lead}",
        "{chosen} {who}的 {metric} 最好（{score}），更简单的模型都明显落后：最接近的 {nearest} 落后 {lead}",
    ).format(**facts, nearest=nearest.model, lead=told(lead))


def _otherwise(board: Leaderboard, chosen: Candidate, best: Candidate, simpler: list[Candidate]) -> list[Phrase]:
    """What would have to change for another model to be chosen."""
    said = []
    if chosen is not best:
        lead = board.lead(best.model, chosen.model)
        customers = board.customers[board.deciding]
        needed = _customers_needed(lead, customers)
        if needed is not None:
            said.append(Phrase(
                "{best} would be chosen if its lead stays as it is and about {needed:,} customers can be examined (now {customers:,})",
                "如果领先幅度不变，而可检验的客户达到约 {needed:,} 位（现有 {customers:,} 位），将改用 {best}").format(
                    best=best.model, needed=needed, customers=customers))  # fmt: skip
    elif simpler:
        nearest = min(simpler, key=lambda each: board.lead(best.model, each.model).mean)
        said.append(Phrase(
            "{simple} would be chosen if it came within {tolerance:.0%} of {best} and the difference might be chance",
            "如果 {simple} 与 {best} 的差距缩小到 {tolerance:.0%} 以内且可能只是偶然，将改用 {simple}").format(
                simple=nearest.model, best=best.model, tolerance=TOLERANCE))  # fmt: skip
    said += [_chance(each) for each in board.candidates if each.state in _CHANCES]
    return said


_CHANCES = {
    "over_time": Phrase("{model} was not done in time: give it more with --minutes", "{model} 未能按时完成：可用 --minutes 放宽时间"),
    "over_memory": Phrase("{model} needs more memory: give it with --memory-mb", "{model} 需要更多内存：可用 --memory-mb 放宽"),
    "needs_extra": Phrase("{model} takes part once it is installed: {note}", "安装后 {model} 即可参加：{note}"),
    "needs_data": Phrase("{model} takes part once its data is there: {note}", "数据齐备后 {model} 即可参加：{note}"),
}  # fmt: skip


def _chance(candidate: Candidate) -> Phrase:
    return _CHANCES[candidate.state].format(model=candidate.model, note=candidate.note or "")


def _customers_needed(lead: Interval, customers: int) -> int | None:
    """How many customers would make this lead certain: an interval's width falls with the root of their number."""
    if lead.mean <= 0:
        return None
    times = ((lead.mean - lead.low) / lead.mean) ** 2
    exact = customers * max(times, 1.0)
    digits = max(0, int(math.log10(max(exact, 1))) - 1)
    rounded = math.ceil(exact / 10**digits) * 10**digits
    return rounded if rounded <= 1000 * customers else None


def _who(board: Leaderboard) -> Phrase:
    if board.deciding == "known":
        return Phrase("for customers it knows", "对老客户")
    return Phrase("for newcomers, as hardly anybody else came", "对新客户（几乎没有其他客户）")


def told(difference: Interval) -> Phrase:
    """A difference with its interval, for words.

    >>> told(Interval(0.0123, -0.001, 0.025)).en
    '0.0123 (95 %: -0.0010 to 0.0250)'
    """
    return Phrase("{mean:.4f} (95 %: {low:.4f} to {high:.4f})", "{mean:.4f}（95% 区间 {low:.4f} 至 {high:.4f}）").format(
        mean=difference.mean, low=difference.low, high=difference.high)  # fmt: skip
