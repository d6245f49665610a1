"""Generate a shop: its exports as platforms write them, and apart from them the truth they do not tell."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Annotated

from mercer.core.operation import Progress, silent
from mercer.core.phrase import Phrase
from mercer.core.record import Record, about
from mercer.simulate.assortment import assortment
from mercer.simulate.catalogue import catalogue
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


class Simulated(Record):
    """What a simulation wrote."""

    folder: Annotated[str, about("where", "位置")]
    files: Annotated[tuple[str, ...], about("exports, to be imported", "可导入的导出文件")]
    products: Annotated[int, about("products", "商品数")]
    variants: Annotated[int, about("variants", "规格数")]
    customers: Annotated[int, about("people", "人数")]
    events: Annotated[int, about("events", "事件数")]
    orders: Annotated[int, about("orders", "订单数")]
    reviews: Annotated[int, about("reviews", "评价数")]
    truth: Annotated[str, about("folder of the hidden truth", "隐藏真相所在文件夹")]


def simulate(folder: Path, plan: Plan | None = None, progress: Progress = silent) -> Simulated:
    """Write the exports of a simulated shop into ``folder``/exports and its truth into ``folder``/truth.

    The same plan writes the same files, to the byte; files of an earlier simulation in the folder are replaced.

    >>> simulate(Path("demo"), Plan(products=600, customers=4000, days=240, seed=7)).orders     # doctest: +SKIP
    """
    plan = plan or Plan()
    exports = folder / "exports"
    for old in (exports, folder / "truth"):
        shutil.rmtree(old, ignore_errors=True)
    exports.mkdir(parents=True)
    goods = assortment()
    products, whom, calendar = catalogue(plan, goods), people(plan, goods), seasons(plan, goods)
    names = labels(goods, products, whom)
    life = Life(plan, goods, products, whom, calendar)
    variants = write_products(exports / "products_export.csv", goods, products, names)
    number = FIRST_NUMBER
    with (
        OrderFile(exports / "orders_export.csv", products, whom, names) as order_file,
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
            order_file.write(bought)
            event_files.write(day, bought)
            review_file.write(day.index, bought)
            number += len(bought)
            progress(LIVING, day.index + 1, plan.days)
    Truth(names.emails, names.handles, arrays_of(products, whom, calendar), plan.model_dump(), {}).save(
        folder / "truth"
    )
    return Simulated(
        folder=str(folder),
        files=tuple(sorted(str(path) for path in exports.iterdir())),
        products=len(products),
        variants=variants,
        customers=len(whom),
        events=event_files.written,
        orders=number - FIRST_NUMBER,
        reviews=review_file.written,
        truth=str(folder / "truth"),
    )
