"""Make a new, empty shop."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

from pydantic import ValidationError

from mercer.core.operation import from_function
from mercer.core.phrase import Phrase
from mercer.core.record import Language, LocalPath, Record, ShortText, about, refuse


class NewShop(Record):
    """Where the new shop is and what its settings file says."""

    folder: Annotated[str, about("folder of the shop", "店铺文件夹")]
    name: Annotated[str, about("name of the shop", "店铺名称")]
    currency: Annotated[str, about("currency", "货币")]
    languages: Annotated[tuple[str, ...], about("languages", "语言")]
    store: Annotated[str, about("address of the database", "数据库地址")]
    next: Annotated[str, about("what to do now", "下一步")]


def new(
    shop: Any,
    name: Annotated[
        ShortText | None, about("name of the shop; by default its folder's", "店铺名称；默认取文件夹名")
    ] = None,
    currency: Annotated[str, about("ISO-4217 currency", "ISO-4217 货币", pattern="^[A-Z]{3}$")] = "EUR",
    languages: Annotated[
        tuple[Language, ...],
        about(
            "languages of the customers, BCP-47, the default one first",
            "顾客的语言（BCP-47），默认语言在前",
            min_length=1,
            max_length=50,
        ),
    ] = ("en", "zh-CN"),
    store: Annotated[
        str,
        LocalPath(),
        about(
            "database: sqlite:///file (in the folder) or postgresql://user:${PGPASSWORD}@host/name",
            "数据库：sqlite:///文件（位于文件夹内）或 postgresql://user:${PGPASSWORD}@host/name",
        ),
    ] = "sqlite:///shop.db",
    snapshots: Annotated[
        str, about("snapshots: a folder or s3://bucket/prefix", "快照：文件夹或 s3://bucket/prefix")
    ] = "snapshots",
    models: Annotated[
        str | None,
        about(
            "trained models: a folder or s3://bucket/prefix; beside the snapshots by default",
            "模型：文件夹或 s3://bucket/prefix；默认与快照放在一处",
        ),
    ] = None,
) -> NewShop:
    """Make a new, empty shop in a folder: its settings file and its tables."""
    from mercer.store.settings import Settings, resolve, write_new
    from mercer.store.store import Store

    folder = Path(shop).absolute()
    try:
        settings = Settings(
            name=name or folder.name,
            currency=currency,
            languages=languages,
            store=store,
            snapshots=snapshots,
            models=models or _beside(snapshots),
        )
    except ValidationError as error:
        raise refuse(error, "new") from None
    write_new(folder, settings)
    Store.open(resolve(store, folder), create=True).close()
    return NewShop(
        folder=str(folder),
        name=settings.name,
        currency=settings.currency,
        languages=settings.languages,
        store=settings.store,
        next=f"mercer import {shop} FILE…",
    )


def _beside(snapshots: str) -> str:
    return f"{snapshots.rstrip('/')}/models" if "://" in snapshots else "models"


operation = from_function(
    new, summary=Phrase("Make a new shop in a folder", "在文件夹中新建店铺"), changes=True, opens_shop=False
)
