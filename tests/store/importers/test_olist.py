"""Olist's nine files: people told apart from their orders, totals and ways of paying gathered from beside."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from counter import Counter, refused, unchanged

# Ann ordered twice, each time as another customer_id, from two places; Bo once, what could not be had.
FILES = {
    "customers_csv": "customer_id,customer_unique_id,customer_zip_code_prefix,customer_city,customer_state\n"
    "c1,ann,01001,sao paulo,SP\nc2,ann,20000,rio de janeiro,RJ\nc3,bo,30000,belo horizonte,MG\n",
    "orders_csv": "order_id,customer_id,order_status,order_purchase_timestamp,order_approved_at,order_delivered_carrier_date,"
    "order_delivered_customer_date,order_estimated_delivery_date\n"
    "o1,c1,delivered,2018-01-02 10:00:00,2018-01-02 10:05:00,2018-01-03 08:00:00,2018-01-09 12:00:00,2018-01-20 00:00:00\n"
    "o2,c2,shipped,2018-02-02 10:00:00,2018-02-02 11:00:00,2018-02-05 08:00:00,,2018-02-20 00:00:00\n"
    "o3,c3,unavailable,2018-03-02 10:00:00,,,,2018-03-20 00:00:00\n",
    "items_csv": "order_id,order_item_id,product_id,seller_id,shipping_limit_date,price,freight_value\n"
    "o1,1,lamp,s1,2018-01-05 00:00:00,50.00,10.00\no1,2,lamp,s1,2018-01-05 00:00:00,50.00,10.00\n"
    "o2,1,lamp,s2,2018-02-08 00:00:00,45.90,8.10\no2,2,rug,s1,2018-02-08 00:00:00,99.90,20.00\n",
    "payments_csv": "order_id,payment_sequential,payment_type,payment_installments,payment_value\n"
    "o1,1,voucher,1,20.00\no1,2,credit_card,3,100.00\no2,1,boleto,1,173.90\n",
    "reviews_csv": "review_id,order_id,review_score,review_comment_title,review_comment_message,review_creation_date,"
    'review_answer_timestamp\nr1,o1,5,,"Muito bom,\nobrigado",2018-01-10 00:00:00,2018-01-11 09:00:00\n'
    "r1,o2,2,Atraso,,2018-02-21 00:00:00,2018-02-22 09:00:00\n",
    "products_csv": "product_id,product_category_name,product_name_lenght,product_description_lenght,product_photos_qty,"
    "product_weight_g,product_length_cm,product_height_cm,product_width_cm\n"
    "lamp,casa_conforto,40,287,1,225,16,10,14\nrug,pc_gamer,40,287,1,1000,,,\nplain,,,,,,,,\n",
    "sellers_csv": "seller_id,seller_zip_code_prefix,seller_city,seller_state\ns1,13023,campinas,SP\ns2,13844,mogi,SP\n",
    "places_csv": "geolocation_zip_code_prefix,geolocation_lat,geolocation_lng,geolocation_city,geolocation_state\n01001,-23.5,-46.6,sao paulo,SP\n",
    "names_csv": "product_category_name,product_category_name_english\ncasa_conforto,home_comfort\n",
}  # fmt: skip


def at(*parts: int) -> datetime:
    """A moment in UTC."""
    return datetime(*parts, tzinfo=UTC)  # type: ignore[misc]


def test_all_nine_files_are_recognised_and_none_is_refused(counter: Counter) -> None:
    """Each file by its columns, whatever it is called."""
    found = counter.bring(**FILES)
    names = {each.look.source.stem: each.layout.name for each in found if each.layout}
    assert names == {
        "customers": "olist/customers", "orders": "olist/orders", "items": "olist/items", "payments": "olist/payments",
        "reviews": "olist/reviews", "products": "olist/products", "sellers": "olist/sellers", "places": "olist/places",
        "names": "olist/categories",
    }  # fmt: skip
    assert sum(each.refused for each in found) == 0


def test_a_person_is_one_customer_however_often_they_order(counter: Counter) -> None:
    """Orders carry the id that stays the same, and the address they went to."""
    counter.bring(**FILES)
    assert [row["customer_id"] for row in counter.rows("customers", "customer_id")] == ["ann", "bo"]
    first, second, third = counter.rows("orders")
    assert first == {
        "order_id": "o1", "customer_id": "ann", "placed_at": at(2018, 1, 2, 10), "status": "delivered", "currency": "BRL",
        "total_minor": 12000, "shipping_minor": 2000, "payment_method": "credit_card", "country": "BR", "region": "SP",
        "city": "sao paulo", "postcode": "01001",
    }  # fmt: skip
    assert (second["customer_id"], second["city"], second["total_minor"]) == ("ann", "rio de janeiro", 17390)
    assert (third["customer_id"], third["status"], "total_minor" in third) == ("bo", "cancelled", False)


def test_lines_payments_and_reviews_belong_to_orders(counter: Counter) -> None:
    """Each has its order's customer; a review speaks of a product where the order has only one."""
    counter.bring(**FILES)
    lines = counter.rows(
        "order_lines", "order_line_id", "product_id", "quantity", "unit_price_minor", "customer_id", "placed_at"
    )
    assert [tuple(row.values()) for row in lines] == [
        ("o1-1", "lamp", 1, 5000, "ann", at(2018, 1, 2, 10)), ("o1-2", "lamp", 1, 5000, "ann", at(2018, 1, 2, 10)),
        ("o2-1", "lamp", 1, 4590, "ann", at(2018, 2, 2, 10)), ("o2-2", "rug", 1, 9990, "ann", at(2018, 2, 2, 10)),
    ]  # fmt: skip
    payments = counter.rows("payments", "payment_id", "method", "amount_minor", "installments")
    assert [tuple(row.values()) for row in payments] == [
        ("o1-1", "voucher", 2000, 1), ("o1-2", "credit_card", 10000, 3), ("o2-1", "boleto", 17390, 1),
    ]  # fmt: skip
    first, second = counter.rows("reviews")
    assert first == {
        "review_id": "r1-o1", "order_id": "o1", "product_id": "lamp", "customer_id": "ann", "rating": 5.0,
        "body": "Muito bom,\nobrigado", "language": "pt-BR", "verified": True, "written_at": at(2018, 1, 11, 9),
    }  # fmt: skip
    assert (second["review_id"], second["title"], "product_id" in second) == ("r1-o2", "Atraso", False)


def test_products_learn_from_their_sales(counter: Counter) -> None:
    """The category is in English where it is translated; seller and price are those of the last sale."""
    counter.bring(**FILES)
    assert counter.rows("products") == [
        {"product_id": "lamp", "categories": ["Home comfort"], "weight_grams": 225.0, "seller_id": "s2", "created_at": at(2018, 1, 2, 10),
         "attributes": '{"length_cm":"16","height_cm":"10","width_cm":"14","photos_qty":"1"}'},
        {"product_id": "plain"},
        {"product_id": "rug", "categories": ["Pc gamer"], "weight_grams": 1000.0, "seller_id": "s1", "created_at": at(2018, 2, 2, 10),
         "attributes": '{"photos_qty":"1"}'},
    ]  # fmt: skip
    variants = counter.rows("variants", "variant_id", "price_minor", "currency")
    assert [tuple(row.values()) for row in variants] == [("lamp", 4590, "BRL"), ("rug", 9990, "BRL")]
    assert [row["supplier_id"] for row in counter.rows("suppliers")] == ["s1", "s2"]


def test_a_delivery_is_not_known_before_it_happened(counter: Counter) -> None:
    """A shipment that says when it arrived is known from then on, not from when it left."""
    counter.bring(**FILES)
    known = counter.store.frame("shipments").sort("shipment_id")["known_at"].to_list()
    assert known == [at(2018, 1, 9, 12), at(2018, 2, 5, 8), at(2018, 3, 2, 10)]


def test_orders_without_the_customers_file(counter: Counter) -> None:
    """Every order is then somebody else's, which is said; whom an earlier import knew stays known."""
    orders = FILES["orders_csv"]
    (alone,) = counter.bring(orders_csv=orders)
    assert any("customers file" in note.en for note in alone.notes)
    assert [row["customer_id"] for row in counter.rows("orders", "customer_id")] == ["c1", "c2", "c3"]
    counter.bring(**FILES)
    counter.bring(newer_csv=orders + "o4,c9,created,2018-04-02 10:00:00,,,,2018-04-20 00:00:00\n")
    assert [row["customer_id"] for row in counter.rows("orders", "customer_id")] == ["ann", "ann", "bo", "c9"]
    assert counter.rows("orders", "total_minor")[0] == {"total_minor": 12000}


@pytest.mark.parametrize("name", ["items_csv", "payments_csv", "reviews_csv"])
def test_what_belongs_to_no_order_is_refused(counter: Counter, name: str) -> None:
    """The line names the order that is missing, and what to do."""
    (outcome,) = counter.bring(**{name: FILES[name]})
    assert {(field, found) for _, field, found, *_ in refused(outcome)} == {("order_id", "o1"), ("order_id", "o2")}
    assert "--again" in refused(outcome)[0][3]


def test_the_same_files_again_change_nothing(counter: Counter) -> None:
    """The same rows, whether the files are known by their content or read once more."""
    counter.bring(**FILES)
    before = counter.everything()
    assert all(each.already for each in counter.bring(**FILES))
    assert all(unchanged(each) for each in counter.bring(again=True, **FILES))
    assert counter.everything() == before
