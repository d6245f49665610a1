"""What `Shop.ask` adds to the model's own answer: validation, pseudonyms and the logged decision, one question at a time.

A public set becomes a shop, is imported and trained by the owner's own jobs. Each question is then put once to the loaded
model, as models see it, and once to the shop, as a caller types it, in turn and in changing order; what asking adds is the
difference within each pair, so that what slows the machine down for a moment slows both.
"""

from __future__ import annotations

import gc
import tempfile
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np
from numpy.typing import NDArray

from common import Row, arguments, data_sha256, finish, require
from mercer import Shop

NAME = "ask_overhead"
DATASET, FILE, CURRENCY = "online-retail", "online_retail.csv.xz", "GBP"
CAPABILITY = "recommend_products"
WARM, PAIRS, RESAMPLES = 300, 4_000, 1_000
PROTOCOL = "ten products for a known customer, one question at a time, each decision logged in SQLite"


def main() -> None:
    """Make the shop, measure, keep the rows."""
    given = arguments(__doc__ or "").parse_args()
    source = given.data / DATASET / FILE
    require(source)
    with tempfile.TemporaryDirectory() as folder, made(Path(folder) / "shop", source) as shop:
        model, asked = pairs(shop, given.seed)
        logged = shop.store.rows("decisions")
    assert logged == len(asked) + WARM, "a decision is missing"
    added = asked - model
    rng = np.random.default_rng(given.seed)
    facts: dict[str, Any] = {
        "benchmark": NAME, "dataset": DATASET, "protocol": PROTOCOL, "version": "", "seeds": (given.seed,),
        "data_sha256": data_sha256(source),
    }  # fmt: skip
    rows = [
        Row(system=system, metric=f"{metric} ms", value=milliseconds(seconds, part), **facts)
        for system, seconds in (("the model alone", model), ("mercer", asked))
        for metric, part in (("p50", 50), ("p99", 99))
    ]
    low, high = interval(added, rng)
    rows += [
        Row(system="mercer", metric="added p50 ms", value=milliseconds(added, 50), low=low, high=high, **facts),
        Row(system="mercer", metric="added p99 ms", value=milliseconds(added, 99), **facts),
    ]
    finish(NAME, rows, given)


def made(folder: Path, source: Path) -> Shop:
    """A shop with the data and the honest baseline answering: the lightest model, so that what asking adds shows most."""
    shop = Shop.create(folder, currency=CURRENCY)
    shop.run("import_data", files=[str(source)])
    shop.run("train", models=["popular"], cases=1_000)
    return shop


def pairs(shop: Shop, seed: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Seconds that the model took, and that asking took, for each question."""
    customers = sorted(set(shop.store.frame("orders", ["customer_id"])["customer_id"].drop_nulls().to_list()))
    chosen = np.random.default_rng(seed).choice(customers, WARM + PAIRS).tolist()
    model = shop.desk(CAPABILITY).live.now().model
    kind = shop.operations()[CAPABILITY].input
    seen = [kind(customer=shop.store.pseudonyms.known(customer), n=10) for customer in chosen]
    taken = np.zeros((2, len(chosen)))
    gc.collect()
    gc.freeze()
    for place, (customer, request) in enumerate(zip(chosen, seen, strict=True)):
        for which in (0, 1) if place % 2 else (1, 0):
            begun = perf_counter()
            if which:
                shop.ask(CAPABILITY, customer=customer, n=10)
            else:
                model.answer([request])
            taken[which, place] = perf_counter() - begun
    return taken[0, WARM:], taken[1, WARM:]


def milliseconds(seconds: NDArray[np.float64], percentile: float) -> float:
    """A percentile, in milliseconds."""
    return float(np.percentile(seconds, percentile)) * 1e3


def interval(seconds: NDArray[np.float64], rng: np.random.Generator) -> tuple[float, float]:
    """The 95 % bootstrap interval of the median over the questions, in milliseconds."""
    medians = [np.median(rng.choice(seconds, len(seconds))) for _ in range(RESAMPLES)]
    low, high = np.percentile(medians, [2.5, 97.5]) * 1e3
    return float(low), float(high)


if __name__ == "__main__":
    main()
