"""Let the model that answered before answer again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from mercer.core.operation import from_function
from mercer.core.phrase import Phrase
from mercer.core.record import Record, about
from mercer.jobs.models import CapabilityName, the_capability

if TYPE_CHECKING:
    from mercer.shop import Shop


class RolledBack(Record):
    """Which version answers now, and which one gave way."""

    capability: Annotated[str, about("capability", "能力")]
    chosen: Annotated[str, about("the version that answers from now on", "今后作答的版本")]
    before: Annotated[str | None, about("the version that answered until now; it is kept", "此前作答的版本；仍予保留")]


def rollback(shop: Shop, capability: CapabilityName = None) -> RolledBack:
    """Move the pointer back to the version that was chosen before; NotFound where there is none."""
    name = the_capability(shop, capability).name
    before = shop.registry.chosen(name)
    return RolledBack(capability=name, chosen=shop.registry.roll_back(name), before=before)


operation = from_function(
    rollback, summary=Phrase("Let the model that answered before answer again", "让之前的模型重新作答"), changes=True
)
