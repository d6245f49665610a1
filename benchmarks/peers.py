"""One peer library at work, in a process and an environment of its own: python benchmarks/peers.py PEER FOLDER SETTINGS

FOLDER holds ``past.npz`` (customer × product, how often), ``asked.npz`` (case × product: what is known of the one who asks),
``forbidden.npz`` (case × product: what may not be answered), ``who.npy`` (per case the customer's row, -1 for somebody new)
and ``allowed.npy`` (the products that may be answered at all). The peer leaves ``answers.npy``: case × 10 products, best
first, -1 where it has no more. Nothing of Mercer is imported.
"""

from __future__ import annotations

import json
import sys
import time
import warnings
from collections.abc import Callable
from contextlib import redirect_stdout
from dataclasses import dataclass
from importlib import import_module
from importlib.metadata import version
from io import StringIO
from pathlib import Path
from typing import Any

import numpy as np
import scipy.sparse as sp

K = 10
BLOCK = 512
MODULES = {
    "implicit": ("implicit.als", "implicit.bpr", "implicit.nearest_neighbours"),
    "irspack": ("irspack",),
    "cornac": ("cornac.data", "cornac.models"),
}
MATRICES = ("past", "asked", "forbidden")


@dataclass(frozen=True)
class Task:
    """What every peer is given."""

    past: sp.csr_matrix
    asked: sp.csr_matrix
    forbidden: sp.csr_matrix
    who: np.ndarray
    allowed: np.ndarray


def main(peer: str, folder: Path, settings: dict[str, Any]) -> None:
    """Let the peer learn and answer; print what it took."""
    past, asked, forbidden = (sp.csr_matrix(sp.load_npz(folder / f"{name}.npz"), dtype=np.float32) for name in MATRICES)
    task = Task(past, asked, forbidden, np.load(folder / "who.npy"), np.load(folder / "allowed.npy"))
    library, fit = PEERS[peer]
    warnings.filterwarnings("ignore", message="Method expects CSR")  # implicit says this of what it made itself
    for module in MODULES[library]:  # its import is not its work
        import_module(module)
    begun = time.perf_counter()
    with redirect_stdout(StringIO()):
        answer = fit(task, settings)
    fitted = time.perf_counter()
    np.save(folder / "answers.npy", answer())
    answered = time.perf_counter()
    told = {"fit_seconds": fitted - begun, "answer_seconds": answered - fitted, "version": version(library)}
    print(json.dumps({"seconds": answered - begun, "peak_mb": peak_mb(), "told": told}))


Answer = Callable[[], np.ndarray]


def factors(kind: str) -> Callable[[Task, dict[str, Any]], Answer]:
    """A matrix factorisation of implicit; ALS folds a new customer in, BPR cannot and says nothing to them."""

    def fit(task: Task, settings: dict[str, Any]) -> Answer:
        if kind == "als":
            from implicit.als import AlternatingLeastSquares as Model
        else:
            from implicit.bpr import BayesianPersonalizedRanking as Model
        model = Model(num_threads=0, random_state=0, **settings)
        model.fit(task.past, show_progress=False)
        if kind == "als":
            return lambda: ask_implicit(model, task, np.arange(len(task.who)), task.asked, recalculate_user=True)
        return lambda: ask_implicit(model, task, task.who, task.asked)

    return fit


def neighbours(kind: str) -> Callable[[Task, dict[str, Any]], Answer]:
    """Item neighbours of implicit, asked with what is known of the one who asks."""

    def fit(task: Task, settings: dict[str, Any]) -> Answer:
        from implicit.nearest_neighbours import BM25Recommender, CosineRecommender, TFIDFRecommender

        model = {"bm25": BM25Recommender, "cosine": CosineRecommender, "tfidf": TFIDFRecommender}[kind](**settings)
        model.fit(task.past, show_progress=False)
        return lambda: ask_implicit(model, task, np.arange(len(task.who)), task.asked)

    return fit


def ask_implicit(model: Any, task: Task, users: np.ndarray, asked: sp.csr_matrix, **more: Any) -> np.ndarray:
    """Ask implicit in batches of cases that have about as much forbidden, and leave out what is.

    implicit filters the same products for a whole batch only, so each batch asks for as many more as its fullest case
    may have to leave out.
    """
    products = task.past.shape[1]
    never = np.setdiff1d(np.arange(products), task.allowed)
    count = np.diff(task.forbidden.indptr)
    answers = np.full((len(task.who), K), -1, np.int64)
    able = np.flatnonzero(users >= 0)
    able = able[np.argsort(count[able], kind="stable")]
    for start in range(0, len(able), BLOCK):
        cases = able[start : start + BLOCK]
        most = int(min(products - len(never), K + count[cases].max()))
        ids, scores = model.recommend(
            users[cases], asked[cases], N=most, filter_already_liked_items=False,
            filter_items=never if len(never) else None, **more,
        )  # fmt: skip
        rows = np.arange(len(cases))[:, None] * products
        forbidden = task.forbidden[cases].tocoo()
        bad = np.isin(rows + ids, forbidden.row.astype(np.int64) * products + forbidden.col)
        answers[cases] = first_ten(np.where(bad | (ids < 0) | ~np.isfinite(scores) | (scores < -1e30), -1, ids))
    return answers


def first_ten(ids: np.ndarray) -> np.ndarray:
    """The first ten of each row that are not -1."""
    order = np.argsort(ids < 0, axis=1, kind="stable")[:, :K]
    found = np.take_along_axis(ids, order, 1)
    return np.pad(found, ((0, 0), (0, K - found.shape[1])), constant_values=-1)


def ease(task: Task, settings: dict[str, Any]) -> Answer:
    """The closed form of Cornac, asked with what is known of the one who asks."""
    from cornac.data import Dataset
    from cornac.models import EASE

    table = task.past.tocoo()
    # Cornac numbers products as it meets them; one customer who has them all, first, makes its numbers ours.
    users = np.concatenate([np.full(task.past.shape[1], -1), table.row])
    products = np.concatenate([np.arange(task.past.shape[1]), table.col])
    counts = np.concatenate([np.full(task.past.shape[1], 1e-9), np.ones(len(table.row))])
    model = EASE(verbose=False, **settings)
    model.fit(Dataset.from_uir(list(zip(users, products, counts, strict=True))))
    weights = np.asarray(model.B, dtype=np.float32)
    rows = task.asked.copy()
    rows.data[:] = 1
    return lambda: best(lambda block: rows[block] @ weights, task)


def closed(name: str) -> Callable[[Task, dict[str, Any]], Answer]:
    """A recommender of irspack, asked as somebody whom it did not know: with what is known of the one who asks."""

    def fit(task: Task, settings: dict[str, Any]) -> Answer:
        import irspack

        model = getattr(irspack, f"{name}Recommender")(task.past.astype(np.float64), **settings).learn()
        asked = task.asked.astype(np.float64)
        return lambda: best(lambda block: model.get_score_cold_user(asked[block]), task)

    return fit


def best(score: Callable[[slice], np.ndarray], task: Task) -> np.ndarray:
    """The ten allowed products with the highest scores above zero, for all cases, a block at a time."""
    never = np.setdiff1d(np.arange(task.past.shape[1]), task.allowed)
    answers = np.full((len(task.who), K), -1, np.int64)
    for start in range(0, len(task.who), BLOCK):
        block = slice(start, start + BLOCK)
        scores = np.asarray(score(block))
        scores[:, never] = -np.inf
        scores[task.forbidden[block].nonzero()] = -np.inf
        take = min(K, scores.shape[1])
        places = np.argpartition(-scores, take - 1, axis=1)[:, :take]
        kept = np.take_along_axis(scores, places, 1)
        order = np.argsort(-kept, axis=1, kind="stable")
        places, kept = np.take_along_axis(places, order, 1), np.take_along_axis(kept, order, 1)
        answers[block, :take] = np.where(kept > 0, places, -1)
    return answers


def peak_mb() -> float:
    """The highest resident memory of this process, in MB."""
    status = Path("/proc/self/status").read_text(encoding="utf-8")
    return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM")) * 1024 / 1e6


PEERS: dict[str, tuple[str, Callable[[Task, dict[str, Any]], Answer]]] = {
    "implicit:als": ("implicit", factors("als")),
    "implicit:bpr": ("implicit", factors("bpr")),
    "implicit:cosine": ("implicit", neighbours("cosine")),
    "implicit:tfidf": ("implicit", neighbours("tfidf")),
    "implicit:bm25": ("implicit", neighbours("bm25")),
    "irspack:rp3beta": ("irspack", closed("RP3beta")),
    "irspack:slim": ("irspack", closed("SLIM")),
    "irspack:ials": ("irspack", closed("IALS")),
    "cornac:ease": ("cornac", ease),
}


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), json.loads(sys.argv[3]))
