"""The shop's tables.

Written down once and for all: this file never follows the declarations as they change. A column is its name, ":i" for
whole numbers (money and times too), ":f" for numbers, ":b" for flags, nothing for text; "*" marks the key.
"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

TABLES = {
    "products": (
        "product_id* title description brand categories product_url image_url gender age_group material pattern "
        "tags rating_value:f rating_count:i weight_grams:f seller_id language status attributes created_at:i "
        "updated_at:i known_at:i"
    ),
    "variants": (
        "variant_id* product_id sku title price_minor:i currency list_price_minor:i cost_minor:i availability "
        "quantity_available:i gtin color size weight_grams:f image_url options created_at:i known_at:i"
    ),
    "customers": (
        "customer_id* email name phone address country region city postcode language segment accepts_marketing:b "
        "attributes created_at:i known_at:i"
    ),
    "events": (
        "event_id* event_name occurred_at:i visitor_id customer_id session_id product_id variant_id quantity:i "
        "value_minor:i currency query request_id order_id page_url ip_address user_agent device_id country language "
        "attributes known_at:i"
    ),
    "orders": (
        "order_id* customer_id visitor_id placed_at:i status currency total_minor:i shipping_minor:i tax_minor:i "
        "discount_minor:i refunded_minor:i discount_code payment_method channel email phone ip_address address "
        "device_id country region city postcode cancelled_at:i note attributes known_at:i"
    ),
    "order_lines": (
        "order_line_id* order_id customer_id product_id variant_id title quantity:i unit_price_minor:i "
        "discount_minor:i currency placed_at:i known_at:i"
    ),
    "payments": (
        "payment_id* order_id method amount_minor:i currency installments:i status card_id paid_at:i known_at:i"
    ),
    "reviews": (
        "review_id* product_id order_id customer_id rating:f title body language verified:b written_at:i known_at:i"
    ),
    "stock": ("variant_id* location_id* counted_at:i* quantity:i known_at:i"),
    "prices": ("variant_id* changed_at:i* price_minor:i list_price_minor:i currency known_at:i"),
    "promotions": ("promotion_id* name product_id category discount_fraction:f starts_at:i ends_at:i known_at:i"),
    "images": ("image_id* product_id variant_id image_url alt_text position:i known_at:i"),
    "texts": ("text_id* topic product_id language title body known_at:i"),
    "conversations": ("conversation_id* customer_id channel status started_at:i known_at:i"),
    "messages": ("message_id* conversation_id author body language sent_at:i known_at:i"),
    "shipments": ("shipment_id* order_id carrier promised_at:i shipped_at:i delivered_at:i known_at:i"),
    "returns": (
        "return_id* order_id product_id variant_id customer_id quantity:i reason refund_minor:i currency "
        "returned_at:i known_at:i"
    ),
    "vehicles": ("vehicle_id* depot_id capacity_grams:f kind known_at:i"),
    "depots": ("depot_id* name latitude:f longitude:f country region city postcode known_at:i"),
    "suppliers": ("supplier_id* name country lead_time_days:f currency minimum_order_minor:i known_at:i"),
    "purchase_orders": (
        "purchase_order_line_id* purchase_order_id supplier_id variant_id quantity:i unit_cost_minor:i currency "
        "status ordered_at:i arrived_at:i known_at:i"
    ),
    "campaigns": ("campaign_id* name channel starts_at:i ends_at:i known_at:i"),
    "exposures": (
        "exposure_id* campaign_id customer_id visitor_id product_id treated:b propensity:f shown_at:i known_at:i"
    ),
    "decisions": (
        "decision_id* request_id capability model model_version channel customer_id visitor_id request response "
        "seconds:f decided_at:i known_at:i"
    ),
    "labels": ("label_id* subject subject_id label source occurred_at:i known_at:i"),
}

LOOKUPS = {
    "decisions": ("request_id", "customer_id", "decided_at"), "events": ("customer_id", "visitor_id"), "orders": ("customer_id",),
}  # fmt: skip


def upgrade() -> None:
    """Make the tables of the shop's life, with their keys and lookups, and on PostgreSQL the sequence of numbers."""
    if op.get_context().dialect.name == "postgresql":
        op.execute(sa.schema.CreateSequence(sa.Sequence("stored_numbers")))
    for name, columns in TABLES.items():
        _make(name, columns.split())
    for table, names in LOOKUPS.items():
        for name in names:
            op.create_index(f"{table}_by_{name}", table, [name])


def _make(name: str, columns: list[str]) -> None:
    kinds = {"": sa.Text, "i": sa.BigInteger, "f": sa.Double, "b": sa.Boolean}
    parts = [(column.rstrip("*").partition(":"), column.endswith("*")) for column in columns]
    key = [name for (name, _, _), in_key in parts if in_key]
    number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        name, sa.Column("_stored", number, primary_key=True, autoincrement=False),
        *(sa.Column(column, kinds[kind], nullable=not in_key) for (column, _, kind), in_key in parts),
        sa.UniqueConstraint(*key, name=f"{name}_key"),
    )  # fmt: skip
