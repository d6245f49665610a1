"""Forget a customer, as data protection law lets them ask."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from mercer.core.operation import from_function
from mercer.core.phrase import Phrase
from mercer.core.record import CustomerId, Record, about

if TYPE_CHECKING:
    from mercer.shop import Shop


class Forgotten(Record):
    """What was deleted or blanked."""

    rows: Annotated[dict[str, int], about("rows deleted or blanked, by table", "各表中删除或清空的行数")]


def forget_customer(shop: Shop, customer: Annotated[CustomerId, about("id of the customer", "客户编号")]) -> Forgotten:
    """Delete or blank everything that names a customer, and the link to their pseudonym.

    Orders stay, without the person, because accounting law asks for them. Models that learned from the customer are
    marked, and the next training knows nothing of them.
    """
    return Forgotten(rows=dict(shop.store.forget(customer)))


operation = from_function(
    forget_customer,
    summary=Phrase("Forget a customer: delete what names them", "遗忘客户：删除一切指向此人的数据"),
    command="forget",
    changes=True,
)
