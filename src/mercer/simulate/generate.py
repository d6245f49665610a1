"""Generate a shop: its exports as platforms write them, and apart from them the truth they do not tell."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

from mercer.core.errors import Conflict
from mercer.core.operation import Progress, silent
from mercer.core.phrase import Phrase
from mercer.simulate.assortment import assortment
from mercer.simulate.catalogue import catalogue
from mercer.simulate.dirt import Dirt
from mercer.simulate.exports.events import EventFiles
from mercer.simulate.exports.labels import labels
from mercer.simulate.exports.orders import OrderFile
from mercer.simulate.exports.products import write_products
from mercer.simulate.exports.reviews import ReviewFile
from mercer.simulate.festivals import seasons
from mercer.simulate.life import Life
from mercer.simulate.people import people
from mercer.simulate.plan import VISITS, Plan
from mercer.simulate.trade import FIRST_NUMBER, orders
from mercer.simulate.truth import Truth, arrays_of

LIVING = Phrase("living the days", "模拟每一天")


@dataclass(frozen=True, slots=True)
class Simulated:
    """What a simulation wrote: the paths of the exports, and how much is in them."""

    files: tuple[Path, ...]
    products: int
    variants: int
    customers: int
    events: int
    orders: int
    reviews: int


def simulate(folder: Path, plan: Plan | None = None, progress: Progress = silent) -> Simulated:
    """Write the exports of a simulated shop into ``folder``/exports and its truth into ``folder``/truth.

    The same plan writes the same files, to the byte; files of an earlier simulation in the folder are replaced.
    Conflict where ``folder``/exports holds files of anybody else.

    >>> simulate(Path("demo"), Plan(products=600, customers=4000, days=240, seed=7)).orders     # doctest: +SKIP
    """
    plan = plan or Plan()
    exports = folder / "exports"
    _clear(folder)
    exports.mkdir(parents=True)
    goods = assortment()
    products, whom, calendar = catalogue(plan, goods), people(plan, goods), seasons(plan, goods)
    dirt = Dirt(plan)
    names = labels(goods, products, whom)
    life = Life(plan, goods, products, whom, calendar)
    variants = write_products(exports / "products_export.csv", goods, products, names, dirt)
    number = FIRST_NUMBER
    with (
        OrderFile(exports / "orders_export.csv", products, whom, names, dirt) as order_file,
        EventFiles(exports, plan, goods, products, whom, names) as event_files,
        ReviewFile(exports / "reviews.csv", plan, life.choice, names) as review_file,
    ):
        for day in life.days():
            bought = orders(
                plan,
                day,
                products,
                float(calendar.discount[day.index]),
                calendar.codes[day.index],
                number,
                plan.rng(VISITS, day.index, 1),
            )
            order_file.write(day.index, bought)
            event_files.put(dirt.events(day.index, event_files.lines(day, bought)))
            review_file.write(day.index, bought)
            number += len(bought)
            progress(LIVING, day.index + 1, plan.days)
    Truth(
        names.emails,
        names.handles,
        arrays_of(products, whom, calendar),
        plan.model_dump(),
        dict(sorted((+dirt.planted).items())),
    ).save(folder / "truth")
    return Simulated(
        files=tuple(sorted(exports.iterdir())),
        products=len(products),
        variants=variants,
        customers=len(whom),
        events=event_files.written,
        orders=number - FIRST_NUMBER,
        reviews=review_file.written,
    )


def _clear(folder: Path) -> None:
    """Take away what an earlier simulation wrote, and nothing else."""
    exports, truth = folder / "exports", folder / "truth"
    if exports.exists() and any(exports.iterdir()) and not (truth / "truth.json").exists():
        raise Conflict(
            Phrase("'{exports}' holds files that no simulation wrote", "“{exports}”中有并非模拟生成的文件").format(
                exports=exports
            ),
            Phrase("choose another folder", "请换一个文件夹"),
        )
    for old in (exports, truth):
        shutil.rmtree(old, ignore_errors=True)
