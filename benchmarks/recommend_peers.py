"""Our recommenders beside other libraries: the same past, the same questions, the same metric code.

Each public set becomes a shop, is imported, and is trained by the owner's own `train` job, whose report gives our rows. Every
peer then gets, in a process of its own, the customer × product matrix of the same past, and answers the same cases. A
peer's settings are picked on a slice of the past, split by time as the job splits; the future is looked at once.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import product
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from common import ROOT, Row, apart, arguments, data_sha256, finish, require
from mercer import Shop
from mercer.capabilities.recommend.batch import Batch
from mercer.capabilities.recommend.models.popular import Popular
from mercer.core.capability import Capability
from mercer.core.snapshot import Snapshot
from mercer.training.backtest import Examined, backtest
from mercer.training.compare import Resamples
from mercer.training.split import split

NAME = "recommend_peers"
PROTOCOL = "time split, next products; known customers, visits and baskets"
PEER_PYTHON = ROOT / ".venv-bench" / "bin" / "python"
CASES, TUNING_CASES = 10_000, 2_000
MOST_PRODUCTS = {"cornac:ease": 12_000, "irspack:slim": 12_000}
"""Products beyond which a peer is left out: EASE inverts a dense matrix (20 GB at 30,000), SLIM descends for many minutes."""

SHOPS: Mapping[str, tuple[str, str]] = {
    "online-retail": ("online_retail.csv.xz", "GBP"),
    "olist": (".", "BRL"),
    "retailrocket": ("train.csv.gz", "USD"),
}
"""What is imported of each set, and the currency of the shop it becomes."""

GRIDS: Mapping[str, Mapping[str, tuple[Any, ...]]] = {
    "implicit:als": {"factors": (64,), "alpha": (1.0, 10.0), "regularization": (0.01, 1.0)},
    "implicit:bpr": {"factors": (64,), "learning_rate": (0.02, 0.1), "iterations": (60,)},
    "implicit:cosine": {"K": (20, 100, 500)},
    "implicit:tfidf": {"K": (20, 100, 500)},
    "implicit:bm25": {"K": (20, 200), "B": (0.2, 0.75)},
    "irspack:rp3beta": {"top_k": (200,), "beta": (0.2, 0.5, 0.8), "normalize_weight": (True, False)},
    "irspack:slim": {"top_k": (100,), "alpha": (0.01, 0.1)},
    "irspack:ials": {"n_components": (64,), "alpha0": (0.01, 0.1), "reg": (0.001, 0.01)},
    "cornac:ease": {"lamb": (100, 500, 2000), "posB": (False,)},
}
"""The settings among which each peer's are picked."""


@dataclass
class Cost:
    """What a peer's process took."""

    version: str = ""
    fit_seconds: float = 0.0
    answer_seconds: float = 0.0
    peak_mb: float = 0.0


class Peer(Popular):
    """Another library in place of a model: it knows what our baseline knows, and ranks what the library answers.

    Popularity is not its answer; it is fitted only for the catalogue, the people and the rule of what was bought before,
    which all models of this capability share.
    """

    name: ClassVar[str] = "peer"

    def ask(self, library: str, settings: Mapping[str, Any]) -> Peer:
        """Say which library answers, with which settings."""
        self.library, self.library_settings, self.cost = library, dict(settings), Cost()
        return self

    def rank(self, batch: Batch, n: int) -> NDArray[np.int64]:
        with tempfile.TemporaryDirectory() as place:
            folder = Path(place)
            self._hand_over(batch, folder)
            step = apart(
                ROOT / "benchmarks" / "peers.py", self.library, place, json.dumps(self.library_settings),
                python=PEER_PYTHON, environment={"OPENBLAS_NUM_THREADS": "1"} if "implicit" in self.library else {},
            )  # fmt: skip
            self.cost = Cost(peak_mb=step.peak_mb, **step.told)
            answers: NDArray[np.int64] = np.load(folder / "answers.npy")
        return answers[:, :n]

    def _hand_over(self, batch: Batch, folder: Path) -> None:
        products = len(self.catalogue)
        past = sp.csr_matrix(
            (self.people.touched, self.people.product, self.people.indptr), shape=(len(self.people), products)
        )
        seen = sp.csr_matrix(
            (np.ones(len(batch.items), np.float32), batch.items, batch.indptr), shape=(len(batch), products)
        )
        # Who looks at something is asked about that; who does not, about all they ever did.
        looks = np.diff(batch.indptr) > 0
        history = sp.diags((~looks & (batch.person >= 0)).astype(np.float32)) @ past[np.maximum(batch.person, 0)]
        sp.save_npz(folder / "past.npz", past)
        sp.save_npz(folder / "asked.npz", sp.csr_matrix(seen + history))
        sp.save_npz(folder / "forbidden.npz", self._forbidden(batch))
        np.save(folder / "who.npy", batch.person)
        np.save(folder / "allowed.npy", np.flatnonzero(np.isfinite(self.bounds.offered)))

    def _forbidden(self, batch: Batch) -> sp.csr_matrix:
        """What our own models may not answer either: what is in view, and what was bought and is not bought again."""
        scores = np.zeros((1, len(self.catalogue)), np.float32)
        rows, columns = [], []
        for row in range(len(batch)):
            scores[:] = 0
            self._leave_out(scores, batch.rows(row, row + 1), ["auto"])
            struck = np.flatnonzero(np.isneginf(scores[0]))
            rows.append(np.full(len(struck), row))
            columns.append(struck)
        table = (np.ones(sum(map(len, rows)), np.float32), (np.concatenate(rows), np.concatenate(columns)))
        return sp.csr_matrix(table, shape=(len(batch), len(self.catalogue)))


def main() -> None:
    """Measure every shop, or the one named with --only."""
    parser = arguments(__doc__ or "")
    parser.add_argument("--only", choices=tuple(SHOPS), help="one set")
    parser.add_argument("--layout", help="what the files in --data are, as `mercer import --layout` takes it")
    given = parser.parse_args()
    require(given.data)
    if not PEER_PYTHON.exists():
        sys.exit(f"{PEER_PYTHON} is not there.\nhint: make .venv-bench/.ready")
    rows: list[Row] = []
    for dataset, files, currency in shops(given):
        rows += measure(dataset, files, currency, given)
    finish(NAME, rows, given)


def shops(given: argparse.Namespace) -> Iterator[tuple[str, list[Path], str]]:
    """Name, files and currency of the public sets in --data, or of the one shop whose files lie there."""
    public = [name for name in SHOPS if given.only in (None, name) and (given.data / name).is_dir()]
    for name in public:
        files, currency = SHOPS[name]
        folder = given.data / name
        yield name, sorted(folder.iterdir()) if files == "." else [folder / files], currency
    if not public:
        yield given.data.resolve().name, sorted(given.data.iterdir()), "EUR"


def measure(dataset: str, files: list[Path], currency: str, given: argparse.Namespace) -> list[Row]:
    """All rows of one shop."""
    with tempfile.TemporaryDirectory() as folder, Shop.create(Path(folder) / "shop", currency=currency) as shop:
        say(f"{dataset}: import")
        shop.run("import_data", files=[str(file) for file in files], layout=given.layout)
        say(f"{dataset}: train")
        shop.run("train", only="recommend_products", seed=given.seed, cases=CASES)
        version = shop.registry.chosen("recommend_products")
        assert version is not None
        base = Row(NAME, dataset, PROTOCOL, "", "", "", 0.0, seeds=(given.seed,), data_sha256=data_sha256(*files))
        rows = list(ours(base, shop.registry.report("recommend_products", version)))
        snapshot = shop.snapshots.latest()
        assert snapshot is not None
        for peer in GRIDS:
            rows += peer_rows(base, peer, shop.capabilities()["recommend_products"], snapshot, given.seed)
    return rows


def ours(base: Row, report: Mapping[str, Any]) -> Iterator[Row]:
    """Rows from the report of `mercer train`: each of our models, and once more the chosen one as 'mercer'."""
    version = report["made_with"]["mercer"]
    for candidate in report["candidates"]:
        systems = [f"mercer:{candidate['model']}"]
        if candidate["model"] == report["model"]:
            systems.insert(0, "mercer")
        for system in systems:
            for metric, score in candidate["scores"].get("known", {}).items():
                yield replace(
                    base, system=system, version=version if system != "mercer" else f"{version} ({report['model']})",
                    metric=metric, value=score["mean"], low=score["low"], high=score["high"],
                    fit_seconds=candidate["fit_seconds"], answer_seconds=candidate["answer_seconds"],
                    peak_mb=candidate["peak_mb"] and candidate["peak_mb"] * 2**20 / 1e6,
                )  # fmt: skip


def peer_rows(base: Row, library: str, capability: Capability, snapshot: Snapshot, seed: int) -> Iterator[Row]:
    """Pick the peer's settings on its past, then let it answer the cases that our models answered."""
    whole = split(capability.span(snapshot))
    assert whole is not None
    past, future = whole.past(snapshot), whole.future(snapshot)
    if past.rows("products") > MOST_PRODUCTS.get(library, sys.maxsize):
        say(f"{base.dataset}: {library} left out, {past.rows('products'):,} products are too many for it")
        return
    settings = tuned(library, capability, past, seed)
    say(f"{base.dataset}: {library} {settings}")
    peer = Peer().ask(library, settings)
    examined = backtest(capability, peer, past, future, CASES, seed)
    for metric, interval in marks(capability, examined, seed).items():
        yield replace(
            base, system=library, version=peer.cost.version, metric=metric, value=interval[0], low=interval[1],
            high=interval[2], fit_seconds=peer.cost.fit_seconds, answer_seconds=peer.cost.answer_seconds,
            peak_mb=peer.cost.peak_mb,
        )  # fmt: skip


def tuned(library: str, capability: Capability, past: Snapshot, seed: int) -> dict[str, Any]:
    """The settings of the grid that the deciding metric likes best on the last part of the past."""
    inner = split(capability.span(past))
    grid = GRIDS[library]
    every = [dict(zip(grid, values, strict=True)) for values in product(*grid.values())]
    if inner is None:
        return every[0]
    earlier, later = inner.past(past), inner.future(past)
    decides = capability.metrics[0].name

    def mark(settings: dict[str, Any]) -> float:
        peer = Peer().ask(library, settings)
        scores = backtest(capability, peer, earlier, later, TUNING_CASES, seed).scores
        return float(scores.per_case[decides][scores.of("known")].mean())

    return max(every, key=mark)


def marks(capability: Capability, examined: Examined, seed: int) -> dict[str, tuple[float, float, float]]:
    """Each metric with its interval, over the cases of known customers, as the leaderboard has them."""
    scores, known = examined.scores, examined.scores.of("known")
    names = [each.name for each in capability.metrics if each.per_case]
    columns = np.stack([scores.per_case[name][known] for name in names], axis=1)
    intervals = Resamples(scores.groups[known], seed).intervals(columns)
    return {name: (each.mean, each.low, each.high) for name, each in zip(names, intervals, strict=True)}


def say(words: str) -> None:
    """Tell the one who waits."""
    print(words, file=sys.stderr, flush=True)


if __name__ == "__main__":
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    main()
