"""The course of a training: candidates, examination, choice, and a fit on everything for the one that was chosen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from mercer.core.capability import Capability
from mercer.core.errors import NotReady
from mercer.core.model import Model
from mercer.core.operation import Progress
from mercer.core.phrase import Phrase, same
from mercer.core.snapshot import Snapshot
from mercer.training.backtest import Scores
from mercer.training.budget import Budget
from mercer.training.choose import Choice, choose
from mercer.training.engine import Engine
from mercer.training.extras import missing_extras
from mercer.training.leaderboard import Candidate, Leaderboard, leaderboard
from mercer.training.split import Split
from mercer.training.task import SCORES, Outcome, task_of

EXAM_SHARE = 0.7
"""The part of the time that examining may take; fitting the chosen model on everything needs the rest."""
REFIT_SHARE = 0.7
"""The part of the time left that fitting on everything may take: should it fail, the next model still gets its turn."""
START_SECONDS = 1.0
"""What a process needs before and after fitting."""


@dataclass(frozen=True, slots=True)
class Course:
    """What is to be trained, on what, and within which limits. ``data`` holds the snapshot, handed over."""

    capability: Capability
    snapshot: Snapshot
    data: Path
    work: Path
    engine: Engine
    budget: Budget
    models: Sequence[str] | None = None
    seed: int = 0
    cases: int = 10_000
    publish: bool = True


@dataclass(frozen=True, slots=True)
class Trained:
    """How it went. ``refit`` is what became of fitting the chosen model on everything; None where that was not asked."""

    split: Split | None
    board: Leaderboard
    choice: Choice
    refit: Outcome | None


def run(course: Course, progress: Progress) -> Trained:
    """Examine every candidate, choose, and fit the chosen one on everything."""
    capability = course.capability
    cut, actions = _look(course, progress)
    if not actions:
        raise NotReady(
            Phrase("the shop holds nothing from which '{name}' could be learned", "店铺中没有可供“{name}”学习的数据").format(
                name=capability.name),
            Phrase("import what happened in the shop: mercer import SHOP FILE…", "请先导入店铺的历史数据：mercer import 店铺 文件…"),
        )  # fmt: skip
    candidates = _candidates(course, cut)
    if cut is None:
        return _untested(course, candidates, actions, progress)
    examined = _examine(course, cut, candidates, progress)
    board = leaderboard(capability.metrics, capability.baseline, examined, course.seed)
    return _chosen(course, cut, board, progress)


def _look(course: Course, progress: Progress) -> tuple[Split | None, int]:
    """Where time can be cut, and how many actions there are in all."""
    step = Phrase("looking where time can be cut", "确定时间的划分")
    progress(step, 0, 1)
    folder = _folder(course, "look")
    task_of("look", course.capability).save(folder)
    outcome = course.engine.run({"look": folder}, course.data, course.budget, lambda *_: None)["look"]
    if not outcome.finished:
        raise _nothing_finished([], outcome)
    progress(step, 1, 1)
    found = outcome.facts["split"]
    return Split.of(found) if found else None, outcome.facts["actions"]


def _candidates(course: Course, cut: Split | None) -> list[Candidate]:
    """Every model asked for, and the baseline, with what keeps it from taking part."""
    found = course.capability.models()
    wanted = set(course.models or found)
    for name in wanted:
        course.capability.model(name)  # says what there is, where there is no such model
    past = cut.past(course.snapshot) if cut else course.snapshot
    return [
        _candidate(kind, past) for name, kind in found.items() if name in wanted or name == course.capability.baseline
    ]


def _candidate(kind: type[Model], past: Snapshot) -> Candidate:
    missing = missing_extras(kind.extras)
    if missing:
        note = same(f"pip install 'mercer[{','.join(missing)}]'")
        return Candidate(kind.name, kind.rung, kind.about, "needs_extra", note)
    empty = [table for table in kind.needs if not past.rows(table)]
    if empty:
        note = Phrase("needs {tables}", "需要 {tables}").format(tables=", ".join(empty))
        return Candidate(kind.name, kind.rung, kind.about, "needs_data", note)
    return Candidate(kind.name, kind.rung, kind.about, "not_examined")


def _examine(course: Course, cut: Split, candidates: Sequence[Candidate], progress: Progress) -> list[Candidate]:
    step = Phrase("examining models: {name}", "检验模型：{name}").format(name=course.capability.name)
    ready = [each.model for each in candidates if each.state == "not_examined"]
    folders = {name: _folder(course, f"exam-{name}") for name in ready}
    for name, folder in folders.items():
        task_of(
            "examine", course.capability, name, seed=course.seed, cut=cut.cut.isoformat(), limit=course.cases
        ).save(folder)  # fmt: skip
    over: list[str] = []
    progress(step, 0, len(ready))

    def done(name: str, outcome: Outcome) -> None:
        over.append(name)
        progress(step, len(over), len(ready))

    budget = course.budget.part(EXAM_SHARE if course.publish else 1.0)
    outcomes = course.engine.run(folders, course.data, budget, done)
    return [_seen(each, outcomes) for each in candidates]


def _seen(candidate: Candidate, outcomes: Mapping[str, Outcome]) -> Candidate:
    outcome = outcomes.get(candidate.model)
    if outcome is None:
        return candidate
    scores = Scores.load(outcome.folder / SCORES) if outcome.finished else None
    return replace(candidate, state=outcome.state, note=outcome.note, outcome=outcome, scores=scores)


def _chosen(course: Course, cut: Split, board: Leaderboard, progress: Progress) -> Trained:
    """Choose, and fit on everything; a model that cannot be fitted in the time that is left gives way to the next."""
    growth = (cut.before + cut.after) / cut.before
    refused: set[str] = set()
    refit = None
    while True:
        choice = choose(board, lambda each: each.model not in refused and _in_time(course, each, growth))
        if choice is None:
            raise _nothing_finished(board.candidates, refit)
        if not course.publish:
            return Trained(cut, board, choice, None)
        refit = _refit(course, choice.model, progress)
        if refit.finished:
            return Trained(cut, _with_refused(board, refused), choice, refit)
        refused.add(choice.model)


def _in_time(course: Course, candidate: Candidate, growth: float) -> bool:
    if not course.publish or candidate.outcome is None:
        return True
    return (candidate.outcome.fit_seconds or 0.0) * growth + START_SECONDS <= REFIT_SHARE * course.budget.left()


def _with_refused(board: Leaderboard, refused: set[str]) -> Leaderboard:
    note = Phrase(
        "examined, but could not be fitted on everything within the budget", "已检验，但未能在预算内用全部数据拟合"
    )
    return replace(
        board, candidates=[replace(each, note=note) if each.model in refused else each for each in board.candidates]
    )


def _refit(course: Course, model: str, progress: Progress) -> Outcome:
    step = Phrase("fitting {model} on everything", "用全部数据拟合 {model}").format(model=model)
    progress(step, 0, 1)
    folder = _folder(course, f"refit-{model}")
    task_of("refit", course.capability, model, seed=course.seed).save(folder)
    outcome = course.engine.run({model: folder}, course.data, course.budget.part(REFIT_SHARE), lambda *_: None)[model]
    progress(step, 1, 1)
    return outcome


def _untested(course: Course, candidates: list[Candidate], actions: int, progress: Progress) -> Trained:
    """A shop in its first days: nothing can be compared yet, and the honest baseline answers."""
    capability = course.capability
    why = Phrase(
        "the shop is too young to compare models ({actions} actions); {model}, the baseline, answers until there is more",
        "店铺数据太少（{actions} 条），尚无法比较模型；在此之前由基准模型 {model} 回答",
    ).format(actions=actions, model=capability.baseline)
    board = leaderboard(capability.metrics, capability.baseline, candidates, course.seed)
    choice = Choice(capability.baseline, capability.baseline, why)
    if not course.publish:
        return Trained(None, board, choice, None)
    refit = _refit(course, capability.baseline, progress)
    if not refit.finished:
        raise _nothing_finished(board.candidates, refit)
    return Trained(None, board, choice, refit)


def _folder(course: Course, name: str) -> Path:
    folder = course.work / course.capability.name / name
    folder.mkdir(parents=True)
    return folder


def _nothing_finished(candidates: Sequence[Candidate], lone: Outcome | None) -> NotReady:
    notes = [f"{each.model}: {each.note}" for each in candidates if each.note]
    chinese = [f"{each.model}：{each.note.zh}" for each in candidates if each.note]
    if lone is not None and lone.note is not None:
        notes, chinese = [lone.note.en], [lone.note.zh]
    return NotReady(
        Phrase("no model could be trained", "没有模型能够完成训练"),
        Phrase("; ".join(notes) or "give more time with --minutes or memory with --memory-mb",
               "；".join(chinese) or "请用 --minutes 放宽时间或用 --memory-mb 放宽内存"),
    )  # fmt: skip
