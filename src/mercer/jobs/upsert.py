"""Bring in or change products, variants, customers and orders while the shop runs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Field

from mercer.core.operation import Operation, from_function
from mercer.core.phrase import Phrase
from mercer.core.record import Record, about
from mercer.core.rows import row_record
from mercer.core.tables import table
from mercer.jobs.live import MOST, Taken, taken, write_rows

if TYPE_CHECKING:
    from mercer.shop import Shop
    from mercer.store.writing import Writer

if TYPE_CHECKING:
    Product = Record
    Variant = Record
    Customer = Record
    Order = Record
else:
    Product = row_record(table("products"), "Product")
    Variant = row_record(table("variants"), "Variant")
    Customer = row_record(table("customers"), "Customer")
    Line = row_record(table("order_lines"), "OrderLine", ("order_line_id", "order_id", "customer_id", "placed_at"))
    Lines = Annotated[list[Line], Field(max_length=MOST), about("what was ordered", "订单商品")]
    Order = row_record(table("orders"), "Order", lines=(Lines, ()))

_ROWS = Field(min_length=1, max_length=MOST)

# Known_at stays empty in all of these: such a row says how things are, not when somebody learned it, and a product that is
# changed today must not vanish from the past that a backtest looks at.


def upsert_products(shop: Shop, products: Annotated[list[Product], _ROWS, about("products", "商品")]) -> Taken:
    """Add products, or change those that are there: exactly the fields that are named."""
    return taken(_write_all(shop, "products", products))


def upsert_variants(shop: Shop, variants: Annotated[list[Variant], _ROWS, about("variants", "规格")]) -> Taken:
    """Add variants, or change those that are there: exactly the fields that are named."""
    return taken(_write_all(shop, "variants", variants))


def upsert_customers(shop: Shop, customers: Annotated[list[Customer], _ROWS, about("customers", "客户")]) -> Taken:
    """Add customers, or change those that are there: exactly the fields that are named."""
    return taken(_write_all(shop, "customers", customers))


def upsert_orders(
    shop: Shop, orders: Annotated[list[Order], _ROWS, about("orders with their lines", "订单及其商品行")]
) -> Taken:
    """Add orders with their lines, or change those that are there; the numbers count orders.

    A line is known by its place in the order, so that sending an order again with the same lines changes nothing.
    """
    with shop.store.transaction() as writer:
        written = write_rows(writer, "orders", orders)
        _write_lines(writer, orders)
    return taken(written)


def _write_all(shop: Shop, name: str, rows: list[Any]) -> Any:
    with shop.store.transaction() as writer:
        return write_rows(writer, name, rows)


def _write_lines(writer: Writer, orders: list[Any]) -> None:
    """Each order's lines, with what the order says of all of them."""
    for order in orders:
        lines = [
            _OrderLine(
                **{name: getattr(line, name) for name in line.model_fields_set},
                order_line_id=f"{order.order_id}:{place}"[-200:],
                order_id=order.order_id,
                customer_id=order.customer_id,
                placed_at=order.placed_at,
            )
            for place, line in enumerate(order.lines)
        ]
        if lines:
            write_rows(writer, "order_lines", lines)


_OrderLine: Any = row_record(table("order_lines"), "_OrderLine")


def _operation(function: Any, en: str, zh: str) -> Operation:
    return from_function(function, summary=Phrase(en, zh), audience="staff", changes=True)


operations = (
    _operation(upsert_products, "Add or change products", "新增或修改商品"),
    _operation(upsert_variants, "Add or change variants: prices, stock, sizes", "新增或修改规格：价格、库存、尺码"),
    _operation(upsert_customers, "Add or change customers", "新增或修改客户"),
    _operation(upsert_orders, "Add or change orders and their lines", "新增或修改订单及其商品行"),
)
