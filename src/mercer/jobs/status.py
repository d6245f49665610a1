"""What is in the shop."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from mercer.core.operation import from_function
from mercer.core.phrase import Phrase
from mercer.core.record import Record, about

if TYPE_CHECKING:
    from mercer.shop import Shop


class ServingModel(Record):
    """The model that answers a capability's questions."""

    capability: Annotated[str, about("question", "问题")]
    model: Annotated[str | None, about("model", "模型")]
    version: Annotated[str | None, about("version", "版本")]


class ImportedFile(Record):
    """A file that was imported."""

    name: Annotated[str, about("file", "文件")]
    importer: Annotated[str, about("what read it", "读取方式")]
    records: Annotated[int, about("records taken", "读入的记录数")]
    finished: Annotated[bool, about("whether it is in whole", "是否已全部读入")]


class Status(Record):
    """What is in the shop."""

    name: Annotated[str, about("name of the shop", "店铺名称")]
    currency: Annotated[str, about("currency", "货币")]
    tables: Annotated[dict[str, int], about("rows by table, of tables that have any", "各表的行数（只列非空的表）")]
    models: Annotated[list[ServingModel], about("the models that answer", "当前使用的模型")]
    imports: Annotated[list[ImportedFile], about("the latest imports", "最近的导入")]
    next: Annotated[str | None, about("what to do where something is missing", "尚有欠缺时该做什么")] = None


def status(shop: Shop) -> Status:
    """Count what the shop holds, and say which models answer."""
    from mercer.core.tables import TABLES

    counts = {name: shop.store.rows(name) for name in TABLES}
    models = [_serving(shop, name) for name in shop.capabilities()]
    return Status(
        name=shop.settings.name,
        currency=shop.settings.currency,
        tables={name: count for name, count in counts.items() if count},
        models=models,
        imports=[
            ImportedFile(name=each.name, importer=each.importer, records=each.records, finished=each.finished)
            for each in shop.store.imports.list()[:10]
        ],
        next=_next(any(counts.values()), all(each.model for each in models)),
    )


def _next(filled: bool, trained: bool) -> str | None:
    if not filled:
        return "mercer import SHOP FILE…"
    return None if trained else "mercer train SHOP"


def _serving(shop: Shop, capability: str) -> ServingModel:
    version = shop.registry.chosen(capability)
    model = (
        None
        if version is None
        else next((each.model for each in shop.registry.versions(capability) if each.version == version), None)
    )
    return ServingModel(capability=capability, model=model, version=version)


operation = from_function(
    status,
    summary=Phrase("Show what is in the shop: rows, models, imports", "查看店铺现状：数据行数、模型、导入记录"),
    audience="staff",
)
