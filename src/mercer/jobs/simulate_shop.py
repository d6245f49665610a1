"""Generate the exports of a made-up shop whose truth is known."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

from mercer.core.operation import Progress, from_function, silent
from mercer.core.phrase import Phrase
from mercer.core.record import Record, about
from mercer.simulate.plan import Customers, Days, DirtShare, Plan, Products, Seed


class SimulatedShop(Record):
    """What a simulation wrote: exports to be imported, and apart from them the truth."""

    folder: Annotated[str, about("where", "位置")]
    files: Annotated[tuple[str, ...], about("exports, to be imported", "可导入的导出文件")]
    products: Annotated[int, about("products", "商品数")]
    variants: Annotated[int, about("variants", "规格数")]
    customers: Annotated[int, about("people", "人数")]
    events: Annotated[int, about("events", "事件数")]
    orders: Annotated[int, about("orders", "订单数")]
    reviews: Annotated[int, about("reviews", "评价数")]
    truth: Annotated[str, about("folder of the hidden truth", "隐藏真相所在文件夹")]
    next: Annotated[str, about("what to do now", "下一步")]


def simulate_shop(
    shop: Any,
    products: Products = 600,
    customers: Customers = 4000,
    days: Days = 240,
    seed: Seed = 7,
    dirt: DirtShare = 0.0,
    progress: Progress = silent,
) -> SimulatedShop:
    """Write a made-up shop as Shopify and Google Analytics 4 would export it."""
    from mercer.simulate.generate import simulate

    folder = Path(shop)
    plan = Plan(products=products, customers=customers, days=days, seed=seed, dirt=dirt)
    written = simulate(folder, plan, progress)
    return SimulatedShop(
        folder=str(folder),
        files=tuple(str(path) for path in written.files),
        products=written.products,
        variants=written.variants,
        customers=written.customers,
        events=written.events,
        orders=written.orders,
        reviews=written.reviews,
        truth=str(folder / "truth"),
        next=f"mercer new SHOP && mercer import SHOP {folder / 'exports'}/*",
    )


operation = from_function(
    simulate_shop,
    command="simulate",
    summary=Phrase(
        "Generate the exports of a made-up shop whose truth is known", "生成一个已知真相的虚拟店铺的导出文件"
    ),
    slow=True,
    opens_shop=False,
    folder="simulated",
)
