"""Pseudonyms: the random names under which snapshots and models know people."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from typing import Literal

import sqlalchemy as sa
from sqlalchemy.engine import Engine

from mercer.store.database import told
from mercer.store.sql import pseudonyms

PersonKind = Literal["customer", "visitor"]


class Pseudonyms:
    """The only link between a person's id and their 128-bit random pseudonym; forgetting deletes the link."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def known(self, person_id: str, kind: PersonKind = "customer") -> str | None:
        """The pseudonym of a person, or None where there is none yet."""
        c = pseudonyms.c
        query = sa.select(c.pseudonym).where(c.kind == kind, c.id == person_id)
        with told(), self._engine.connect() as connection:
            return connection.execute(query).scalar()

    def of(self, ids: Sequence[str], kind: PersonKind = "customer") -> dict[str, str]:
        """Pseudonyms for ids, made where there are none yet."""
        c = pseudonyms.c
        with told(), self._engine.connect().execution_options(writes=True) as connection, connection.begin():
            rows = connection.execute(sa.select(c.id, c.pseudonym).where(c.kind == kind))
            held: dict[str, str] = {row[0]: row[1] for row in rows}
            fresh = [each for each in dict.fromkeys(ids) if each not in held]
            made = [{"kind": kind, "id": each, "pseudonym": f"{kind[0]}_{secrets.token_hex(16)}"} for each in fresh]
            if made:
                connection.execute(sa.insert(pseudonyms), made)
            held.update((each["id"], each["pseudonym"]) for each in made)
        return {each: held[each] for each in ids}

    def forget(self, person_id: str, kind: PersonKind = "customer") -> bool:
        """Delete the link; whether there was one."""
        c = pseudonyms.c
        with told(), self._engine.connect().execution_options(writes=True) as connection, connection.begin():
            result = connection.execute(sa.delete(pseudonyms).where(c.kind == kind, c.id == person_id))
            return bool(result.rowcount)
