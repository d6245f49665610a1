"""API keys: who may call over HTTP."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from pydantic import StringConstraints

from mercer.core.errors import NotFound
from mercer.core.operation import Audience, from_function
from mercer.core.phrase import Phrase
from mercer.core.record import Id, Record, about

if TYPE_CHECKING:
    from mercer.shop import Shop

KeyName = Annotated[str, StringConstraints(min_length=1, max_length=100, pattern=r"^[^\x00-\x1f\x7f]+$")]


class NewKey(Record):
    """A key that was just made, with its secret."""

    key_id: Annotated[str, about("id of the key, to revoke it by", "密钥编号，用于吊销")]
    name: Annotated[str, about("what it is for", "用途")]
    role: Annotated[str, about("what it may do", "权限角色")]
    secret: Annotated[str, about("the key itself; it is shown this once", "密钥本身，仅显示这一次")]


class KeyFacts(Record):
    """A key, without its secret."""

    key_id: Annotated[str, about("id of the key", "密钥编号")]
    name: Annotated[str, about("what it is for", "用途")]
    role: Annotated[str, about("what it may do", "权限角色")]


class KeyList(Record):
    """The keys that work."""

    keys: Annotated[list[KeyFacts], about("keys", "密钥")]


def create_key(
    shop: Shop,
    role: Annotated[
        Audience,
        about(
            "public: a shop's page asks and records events · staff: also writes the catalogue and reads decisions · owner: everything",
            "public：店铺页面提问并记录事件 · staff：还可写入商品资料、查看决策 · owner：全部",
        ),
    ] = "public",
    name: Annotated[KeyName, about("what the key is for", "密钥的用途")] = "key",
) -> NewKey:
    """Make an API key; only its hash is kept."""
    secret = shop.store.keys.create(name, role)
    key = shop.store.keys.check(secret)
    assert key is not None
    return NewKey(key_id=key.key_id, name=name, role=role, secret=secret)


def list_keys(shop: Shop) -> KeyList:
    """The keys that work, without their secrets."""
    return KeyList(keys=[KeyFacts(key_id=key.key_id, name=key.name, role=key.role) for key in shop.store.keys.list()])


def revoke_key(
    shop: Shop, key_id: Annotated[Id, about("id of the key, as keys list shows it", "密钥编号，见 keys list")]
) -> KeyList:
    """Stop a key from working, within seconds everywhere; gives the keys that are left."""
    if not shop.store.keys.revoke(key_id):
        raise NotFound(
            Phrase("there is no key '{key_id}'", "没有编号为“{key_id}”的密钥").format(key_id=key_id),
            Phrase("mercer keys list SHOP shows the keys", "mercer keys list 店铺 可列出密钥"),
        )
    return list_keys(shop)


operations = (
    from_function(create_key, summary=Phrase("Make an API key", "新建 API 密钥"), command="keys create", changes=True),
    from_function(list_keys, summary=Phrase("List the API keys", "列出 API 密钥"), command="keys list"),
    from_function(
        revoke_key,
        summary=Phrase("Stop an API key from working", "吊销 API 密钥"),
        command="keys revoke",
        changes=True,
        positional=("key_id",),
    ),
)
