"""API keys: 256 random bits, of which the store keeps only the SHA-256."""

from __future__ import annotations

import hashlib
import secrets
import time
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.engine import Engine

from mercer.core.errors import Invalid
from mercer.core.operation import RANK
from mercer.core.phrase import Phrase
from mercer.store.database import told
from mercer.store.sql import api_keys


@dataclass(frozen=True, slots=True)
class Key:
    """A key by its public id, with the role it grants."""

    key_id: str
    name: str
    role: str


class Keys:
    """The keys of a shop."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def create(self, name: str, role: str) -> str:
        """Make a key and return its secret, which is shown this once."""
        if role not in RANK:
            raise Invalid(
                Phrase("there is no role '{role}'", "没有“{role}”这个角色").format(role=role),
                Phrase("roles: {roles}", "可用的角色：{roles}").format(roles=", ".join(RANK)),
            )
        secret = f"mk_{secrets.token_urlsafe(32)}"
        values = {
            "key_id": f"k_{secrets.token_hex(8)}",
            "name": name,
            "role": role,
            "digest": _digest(secret),
            "created_at": time.time_ns() // 1000,
        }
        with told(), self._engine.connect().execution_options(writes=True) as connection, connection.begin():
            connection.execute(sa.insert(api_keys), values)
        return secret

    def check(self, secret: str) -> Key | None:
        """The key behind a secret; None where nobody knows it or it was revoked.

        A secret of 256 random bits cannot be guessed, so a lookup by its digest gives nothing away in its timing.
        """
        c = api_keys.c
        query = _select().where(c.digest == _digest(secret), c.revoked_at.is_(None))
        with told(), self._engine.connect() as connection:
            row = connection.execute(query).first()
        return Key(**row._mapping) if row else None

    def list(self) -> list[Key]:
        """The keys that work."""
        with told(), self._engine.connect() as connection:
            rows = connection.execute(_select().where(api_keys.c.revoked_at.is_(None)).order_by(api_keys.c.created_at))
            return [Key(**row._mapping) for row in rows]

    def revoke(self, key_id: str) -> bool:
        """Stop a key from working; whether there was such a key."""
        c = api_keys.c
        change = sa.update(api_keys).where(c.key_id == key_id, c.revoked_at.is_(None))
        with told(), self._engine.connect().execution_options(writes=True) as connection, connection.begin():
            return bool(connection.execute(change.values(revoked_at=time.time_ns() // 1000)).rowcount)


def _select() -> sa.Select[tuple[str, str, str]]:
    c = api_keys.c
    return sa.select(c.key_id, c.name, c.role)


def _digest(secret: str) -> bytes:
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).digest()
