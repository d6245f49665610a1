"""The whole of a training as plain data: report.json, from which the card and the answers to the owner are drawn."""

from __future__ import annotations

import math
import os
import platform
from collections.abc import Mapping
from datetime import UTC, datetime
from importlib import metadata
from typing import Any

from mercer.core.metric import Metric
from mercer.core.phrase import Phrase
from mercer.training.compare import LEVEL, TIMES, Interval
from mercer.training.course import Course, Trained
from mercer.training.leaderboard import STATES, Candidate, Leaderboard, Score

Plain = dict[str, Any]


def report(course: Course, trained: Trained, rows: Mapping[str, int]) -> Plain:
    """Everything that was found, as JSON can hold it; words stand in both languages. ``rows`` are those of each table."""
    capability, board, choice = course.capability, trained.board, trained.choice
    kind = capability.model(choice.model)
    return {
        "capability": capability.name,
        "title": _both(capability.title),
        "summary": _both(capability.summary),
        "model": choice.model,
        "about": _both(kind.about),
        "rung": kind.rung,
        "created_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "snapshot": course.snapshot.id,
        "score": _score_of(board, choice.model),
        "metric": board.metric.name,
        "baseline": board.baseline,
        "why": _both(choice.why),
        "otherwise": [_both(each) for each in choice.otherwise],
        "data": {
            "snapshot": course.snapshot.id,
            "end": course.snapshot.end.isoformat(),
            "rows": dict(rows),
            "reads": {"needs": list(kind.needs), "uses": list(kind.uses)},
        },
        "split": trained.split and trained.split.plain(),
        "cases": dict(board.cases),
        "customers": dict(board.customers),
        "deciding": board.deciding,
        "metrics": [_metric(each) for each in board.metrics],
        "candidates": [_candidate(board, each) for each in board.candidates],
        "settings": _settings(kind),
        "refit": _refit(trained),
        "method": {
            "seed": course.seed,
            "resamples": TIMES,
            "level": LEVEL,
            "resampled": "customers",
            "most_cases": course.cases,
            "budget_seconds": course.budget.seconds,
            "budget_mb": course.budget.megabytes,
        },
        "made_with": {
            "mercer": metadata.version("mercer"),
            "python": platform.python_version(),
            "machine": f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores",
        },
    }


def _both(phrase: Phrase) -> Plain:
    return {"en": phrase.en, "zh": phrase.zh}


def _settings(kind: Any) -> list[Plain]:
    """The settings a model was fitted with, each beside its meaning."""
    from mercer.core.record import description

    held = kind.Settings().model_dump(mode="json")
    fields = kind.Settings.model_fields
    return [{"name": name, "value": value, "about": _both(description(fields[name]))} for name, value in held.items()]


def _metric(metric: Metric) -> Plain:
    return {
        "name": metric.name,
        "about": _both(metric.about),
        "unit": metric.unit,
        "higher_is_better": metric.higher_is_better,
        "per_case": metric.per_case,
    }


def _candidate(board: Leaderboard, candidate: Candidate) -> Plain:
    outcome = candidate.outcome
    return {
        "model": candidate.model,
        "rung": candidate.rung,
        "about": _both(candidate.about),
        "state": candidate.state,
        "state_words": _both(STATES[candidate.state]),
        "note": _both(candidate.note) if candidate.note else None,
        "seconds": outcome and outcome.seconds,
        "fit_seconds": outcome and outcome.fit_seconds,
        "answer_seconds": outcome and outcome.answer_seconds,
        "peak_mb": outcome and outcome.peak_mb,
        "facts": dict(outcome.facts) if outcome else {},
        "scores": {
            who: {name: _score(score) for name, score in scores.items()}
            for who, scores in board.scores.get(candidate.model, {}).items()
        },
    }


def _score(score: Score) -> Plain:
    return {**_ends(score.value, ""), **(_ends(score.gain, "gain_") if score.gain else {})}


def _ends(interval: Interval, prefix: str) -> Plain:
    first = prefix.rstrip("_") or "mean"
    return {
        first: _finite(interval.mean),
        f"{prefix}low": _finite(interval.low),
        f"{prefix}high": _finite(interval.high),
    }


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None


def _score_of(board: Leaderboard, model: str) -> float | None:
    score = board.scores.get(model, {}).get(board.deciding, {}).get(board.metric.name)
    return _finite(score.value.mean) if score else None


def _refit(trained: Trained) -> Plain | None:
    refit = trained.refit
    if refit is None:
        return None
    return {"seconds": refit.seconds, "fit_seconds": refit.fit_seconds, "peak_mb": refit.peak_mb, "facts": refit.facts}
