"""Who calls: API keys, checked against the store and remembered for a few seconds."""

from __future__ import annotations

import asyncio
import hashlib
from time import monotonic
from typing import TYPE_CHECKING

from mercer.core.errors import Forbidden, Unauthorised
from mercer.core.operation import RANK, Audience
from mercer.core.phrase import Phrase

if TYPE_CHECKING:
    from mercer.shop import Shop
    from mercer.store.keys import Key

SECONDS = 5.0
"""How long an answer of the store holds: a revoked key stops working within that time."""
MOST = 10_000


class KeyRing:
    """Keys seen lately. Secrets are held as their SHA-256 only."""

    def __init__(self, shop: Shop) -> None:
        self._shop = shop
        self._seen: dict[bytes, tuple[Key | None, float]] = {}

    async def check(self, secret: str | None) -> Key:
        """The key behind a secret; Unauthorised where there is none. Never waits for the database on the event loop."""
        if secret is None:
            raise Unauthorised(
                Phrase("no API key", "缺少 API 密钥"),
                Phrase("send it as: Authorization: Bearer KEY", "请以 Authorization: Bearer 密钥 的形式发送"),
            )
        digest = hashlib.sha256(secret.encode()).digest()
        held = self._seen.get(digest)
        if held is None or monotonic() - held[1] > SECONDS:
            key = await asyncio.get_running_loop().run_in_executor(None, self._shop.store.keys.check, secret)
            if len(self._seen) >= MOST:
                self._seen.clear()
            held = self._seen[digest] = (key, monotonic())
        if held[0] is None:
            raise Unauthorised(
                Phrase("nobody knows this API key", "无法识别此 API 密钥"),
                Phrase("make one: mercer keys create SHOP", "请新建密钥：mercer keys create 店铺"),
            )
        return held[0]

    def forget(self) -> None:
        """Ask the store again for every key; after one was revoked here."""
        self._seen.clear()


def permit(key: Key, audience: Audience) -> None:
    """Forbidden where the key's role does not include ``audience``."""
    if RANK[key.role] < RANK[audience]:
        raise Forbidden(
            Phrase(
                "this needs a key of the role '{needed}', and this one's is '{role}'",
                "此操作需要“{needed}”角色的密钥，而当前密钥的角色是“{role}”",
            ).format(needed=audience, role=key.role),
            Phrase("mercer keys create SHOP --role {needed}", "请运行 mercer keys create 店铺 --role {needed}").format(
                needed=audience
            ),
        )


def secret_in(authorization: str | None, x_api_key: str | None) -> str | None:
    """The secret that a request carries, in either header."""
    if authorization is not None:
        scheme, _, rest = authorization.partition(" ")
        if scheme.lower() == "bearer" and rest.strip():
            return rest.strip()
    return x_api_key or None
