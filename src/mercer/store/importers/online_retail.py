"""UCI Online Retail and Online Retail II: one row a line of an invoice, as a British gift shop's till wrote them.

Invoices that begin with C cancel something bought before: their lines are negative and their order is 'cancelled'. Lines
without a price and without a customer correct the stock ('damaged', 'found'), invoices that begin with A adjust bad debt;
their order is 'cancelled' too, for nobody bought anything. Postage, fees and vouchers stand among the products: they are kept for the accounts as archived products
of the category 'Service'. Prices are pounds. Source: https://archive.ics.uci.edu/dataset/352/online+retail
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

import polars as pl

from mercer.core.phrase import Phrase, same
from mercer.store.importing.batch import LINE
from mercer.store.importing.context import Context
from mercer.store.importing.fields import Rows, ident, money, text, time, whole
from mercer.store.importing.layout import Layout, Part, Translator
from mercer.store.importing.ledger import Ledger
from mercer.store.importing.vocabulary import country_codes

SERVICES = (
    "POST", "DOT", "M", "D", "S", "B", "C2", "C3", "PADS", "CRUK", "AMAZONFEE", "BANK CHARGES", "ADJUST", "ADJUST2", "GIFT", "SP1002",
    "TEST001", "TEST002",
)  # fmt: skip
_GIFT = r"(?i)^gift_\d+_\d+$"
_CORRECTION = (
    r"(?i)^\W*(\?.*|check.*|damage.*|found.*|lost.*|missing.*|adjust.*|.*\bwet\b.*|mou?ldy.*|thrown away.*|throw away.*|unsaleable.*|"
    r"smashed.*|broken.*|breakages?|crushed.*|cracked.*|faulty.*|rust.*|returned.*|counted.*|wrong.*|incorrect.*|mix ?up.*|error.*|"
    r"samples?|sold as .*|amazon.*|ebay.*|dotcom( ?(sales?|sold|set|email).*)?|re-?adjust.*|mailout.*|test.*|had been put aside.*|.*\?\??|reverse .*|stock .*|display.*|"
    r"(john|lewis|michel oops).*|showroom.*|barcode.*|temp.*|label mix.*|code mix.*|given away.*|historic.*|(came|coded|cargo).*)$"
)
_NEAR = 2_000
"""An order with a line so near the end of a batch may go on in the next one, and waits for it."""
_MOST = 500_000

_WIDE = Phrase(
    "some orders are scattered over the file; their lines were gathered by their numbers",
    "部分订单的行散布在文件各处，已按单号归拢",
)


class OnlineRetail(Translator):
    """Lines of invoices become order lines, orders, customers, and at the end products with their price."""

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self._waiting: pl.DataFrame | None = None
        self._orders = Ledger()
        self._titles = pl.DataFrame()
        self._products = pl.DataFrame()

    def rows(self, frame: pl.DataFrame) -> Iterator[Part]:
        """All orders that are surely complete."""
        taken = Rows(frame, self.context).take(
            order_id=ident("invoiceno", "invoice", need=True), product_id=ident("stockcode", need=True), title=text("description"),
            quantity=whole("quantity", need=True), placed_at=time("invoicedate", need=True, month_first=True),
            unit_price_minor=money("unitprice", "price", need=True, currency="GBP"), customer_id=ident("customerid", "customer_id"),
            country=text("country"),
        )  # fmt: skip
        held = taken if self._waiting is None else pl.concat([self._waiting, taken])
        late = held["order_id"].tail(_NEAR).unique() if held.height < _MOST else held["order_id"].head(0)
        waits = held["order_id"].is_in(late.implode())
        self._waiting = held.filter(waits)
        yield from self._parts(held.filter(~waits))

    def finish(self) -> Iterator[Part]:
        """The last orders, and every product with the title and the price it is sold under."""
        if self._waiting is not None:
            yield from self._parts(self._waiting)
        if not self._products.is_empty():
            yield from self._catalogue()

    def _parts(self, lines: pl.DataFrame) -> Iterator[Part]:
        if lines.is_empty():
            return
        self._remember(lines)
        orders = _orders(lines)
        known = self._orders.get(orders["order_id"].to_list())
        numbered = _numbered(lines, known)
        if known:
            self.context.note(_WIDE)
            orders = _continued(orders, known)
        self._orders.put(zip(orders["order_id"], orders["_said"], strict=True))
        currency = pl.lit(self.context.currency("GBP")).alias("currency")
        yield Part("orders", orders.drop("_said").with_columns(currency))
        yield Part("order_lines", numbered.drop("country").with_columns(currency, variant_id=pl.col("product_id")))
        customers = orders.filter(pl.col("customer_id").is_not_null()).unique(
            "customer_id", keep="first", maintain_order=True
        )
        yield Part("customers", customers.select("customer_id", "country", LINE), keep=True)

    def _remember(self, lines: pl.DataFrame) -> None:
        lines = lines.select("product_id", "title", "placed_at", "quantity", "unit_price_minor", LINE)
        if not lines["placed_at"].is_sorted():  # a till writes them in order
            lines = lines.sort("placed_at", maintain_order=True)
        sold = (pl.col("quantity") > 0) & (pl.col("unit_price_minor") > 0)
        titles = (
            lines.filter(pl.col("title").is_not_null())
            .group_by("product_id", "title")
            .agg(times=pl.len(), sales=(pl.col("unit_price_minor") > 0).sum())
        )
        products = lines.group_by("product_id").agg(
            created_at=pl.col("placed_at").min(),
            sold_at=pl.col("placed_at").filter(sold).last(),
            price_minor=pl.col("unit_price_minor").filter(sold).last(),
            _line=pl.col(LINE).min(),
        )
        self._titles = _summed(pl.concat([self._titles, titles])) if self._titles.height else titles
        self._products = _latest(pl.concat([self._products, products])) if self._products.height else products

    def _catalogue(self) -> Iterator[Part]:
        there = self.context.store.frame("products", ["product_id", "created_at"]).rename({"created_at": "_before"})
        products = self._products.join(_best_titles(self._titles), on="product_id", how="left").join(
            there, on="product_id", how="left"
        )
        products = products.with_columns(created_at=pl.min_horizontal("created_at", "_before")).sort(LINE, "product_id")
        service = pl.col("product_id").str.to_uppercase().is_in(SERVICES) | pl.col("product_id").str.contains(_GIFT)
        goods = products.select("product_id", "title", "created_at", LINE)
        yield Part("products", goods.filter(~service))
        yield Part(
            "products",
            goods.filter(service).with_columns(
                categories=pl.lit(["Service"], dtype=pl.List(pl.String)), status=pl.lit("archived")
            ),
        )
        priced = products.filter(pl.col("price_minor").is_not_null())
        yield Part(
            "variants",
            priced.select("product_id", "price_minor", "created_at", LINE, variant_id="product_id").with_columns(
                currency=pl.lit(self.context.currency("GBP"))
            ),
        )


def _orders(lines: pl.DataFrame) -> pl.DataFrame:
    """One row an order, with ``_said``: what a later part of it has to know."""
    amount = pl.col("quantity") * pl.col("unit_price_minor")
    orders = lines.group_by("order_id", maintain_order=True).agg(
        customer_id=pl.col("customer_id").drop_nulls().first(), placed_at=pl.col("placed_at").min(), total_minor=amount.sum(),
        country=pl.col("country").first(), _free=(pl.col("unit_price_minor") == 0).all(), _line=pl.col(LINE).min(),
        _items=pl.col("product_id").str.join("\n"),
    )  # fmt: skip
    correction = pl.col("_free") & pl.col("customer_id").is_null()
    adjusted = pl.col("order_id").str.contains("^[Aa]")
    cancelled = pl.col("order_id").str.contains("^[Cc]") | correction | adjusted
    return orders.with_columns(
        status=pl.when(cancelled).then(pl.lit("cancelled")).otherwise(pl.lit("completed")),
        attributes=pl.when(correction)
        .then(pl.lit('{"kind":"stock_correction"}'))
        .when(adjusted)
        .then(pl.lit('{"kind":"adjustment"}')),
        country=country_codes(orders["country"].replace("Unspecified", None)),
        _said=pl.format("{} {}\n{}", "total_minor", pl.col("placed_at").dt.timestamp("us"), "_items"),
    ).drop("_free", "_items")


def _numbered(lines: pl.DataFrame, known: dict[str, str]) -> pl.DataFrame:
    """Lines with ids: the order, the product and, from the second time the product stands in the order, how many times."""
    names = lines.select(pl.concat_str("order_id", pl.lit("-"), "product_id")).to_series().alias("order_line_id")
    before = _met(known)
    again = (names.is_duplicated() | names.is_in(before["name"].implode())).arg_true()
    if len(again):
        few = names.gather(again).alias("name").to_frame().join(before, on="name", how="left", maintain_order="left")
        place = pl.int_range(1, pl.len() + 1).over("name") + pl.col("met").fill_null(0)
        named = pl.when(place > 1).then(pl.format("{}#{}", "name", place)).otherwise("name")
        names = names.scatter(again, few.select(named).to_series())
    return lines.with_columns(names)


def _met(known: dict[str, str]) -> pl.DataFrame:
    """How often each product stood in the earlier parts of orders."""
    counted = [
        (f"{order}-{item}", times)
        for order, said in known.items()
        for item, times in Counter(said.split("\n")[1:]).items()
    ]
    return pl.DataFrame(counted, schema={"name": pl.String, "met": pl.Int64}, orient="row")


def _continued(orders: pl.DataFrame, known: dict[str, str]) -> pl.DataFrame:
    """Orders of which a part was written before: their total is that of all parts, their time the first one's."""
    rows = []
    for order, said in known.items():
        first, _, items = said.partition("\n")
        total, placed = first.split(" ")
        rows.append((order, int(total), int(placed), items))
    before = pl.DataFrame(
        rows, orient="row", schema={"order_id": pl.String, "_total": pl.Int64, "_placed": pl.Int64, "_items": pl.String}
    )
    joined = orders.join(before, on="order_id", how="left", maintain_order="left")
    earlier = pl.col("_placed").cast(pl.Datetime("us")).dt.replace_time_zone("UTC")
    return joined.with_columns(
        total_minor=pl.col("total_minor") + pl.col("_total").fill_null(0), placed_at=pl.min_horizontal("placed_at", earlier),
    ).with_columns(
        _said=pl.format("{} {}\n{}", "total_minor", pl.col("placed_at").dt.timestamp("us"), pl.concat_str(
            pl.col("_items").fill_null(""), pl.col("_said").str.replace(r"^[^\n]*\n", ""), separator="\n").str.strip_chars_start("\n")),
    ).drop("_total", "_placed", "_items")  # fmt: skip


def _summed(titles: pl.DataFrame) -> pl.DataFrame:
    return titles.group_by("product_id", "title").agg(pl.col("times").sum(), pl.col("sales").sum())


def _latest(products: pl.DataFrame) -> pl.DataFrame:
    return (
        products.sort("sold_at", nulls_last=False, maintain_order=True)
        .group_by("product_id")
        .agg(
            pl.col("created_at").min(),
            pl.col("sold_at").max(),
            pl.col("price_minor").drop_nulls().last(),
            pl.col(LINE).min(),
        )
    )


def _best_titles(titles: pl.DataFrame) -> pl.DataFrame:
    """The title under which a product was sold most often; 'damaged' and the like only where nothing else is known, as nothing."""
    titles = titles.with_columns(
        _is_name=~pl.col("title").str.contains(_CORRECTION), _length=pl.col("title").str.len_chars()
    )
    best = titles.sort("_is_name", "sales", "times", "_length", "title", descending=[True, True, True, True, False])
    return (
        best.group_by("product_id", maintain_order=True)
        .first()
        .select("product_id", pl.when(pl.col("_is_name") | (pl.col("sales") > 0)).then("title").alias("title"))
    )


layouts: Iterable[Layout] = (
    Layout(
        "online-retail/lines", same("UCI Online Retail"), OnlineRetail,
        needs=("invoiceno|invoice", "stockcode", "quantity", "invoicedate", "unitprice|price"),
        knows=("description", "customerid", "customer_id", "country"),
    ),
)  # fmt: skip
