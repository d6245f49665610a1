"""Pseudonyms: the random names under which snapshots and models know people."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from itertools import islice
from typing import Any, Literal

import polars as pl
from sqlalchemy.engine import Engine

from mercer.store.line import Line

PersonKind = Literal["customer", "visitor"]

_KNOWN = "SELECT pseudonym FROM pseudonyms WHERE kind = ? AND id = ?"
_INSERT = "INSERT INTO pseudonyms (kind, id, pseudonym) VALUES (?, ?, ?) ON CONFLICT DO NOTHING"
_AT_ONCE = 20_000
"""Ids asked for in one query."""


class Pseudonyms:
    """The only link between a person's id and their pseudonym, 128 random bits; forgetting deletes the link.

    Nothing is cached here: a link that another process has deleted must not live on in this one, and looking it up costs
    microseconds.
    """

    def __init__(self, engine: Engine) -> None:
        self._sqlite = engine.dialect.name == "sqlite"
        self._reads = Line(engine)
        self._writes = Line(engine)

    def known(self, person_id: str, kind: PersonKind = "customer") -> str | None:
        """The pseudonym of a person, or None where there is none yet."""
        found = self._reads.fetch(_KNOWN, (kind, person_id))
        return str(found[0][0]) if found else None

    def known_many(self, ids: Iterable[str], kind: PersonKind = "customer") -> dict[str, str]:
        """The pseudonyms of those ids that have one."""
        return self._held(list(dict.fromkeys(ids)), kind)

    def of(self, ids: Iterable[str], kind: PersonKind = "customer") -> dict[str, str]:
        """The pseudonym of each id, made where there is none yet."""
        wanted = list(dict.fromkeys(ids))
        held = self._held(wanted, kind)
        fresh = [each for each in wanted if each not in held]
        if fresh:
            self._writes.write_many(_INSERT, [(kind, each, _pseudonym(kind)) for each in fresh])
            held |= self._held(fresh, kind)  # read again: another process may have been first
        return {each: held[each] for each in wanted}

    def column(self, ids: pl.Series, kind: PersonKind) -> pl.Series:
        """A column of ids with each id replaced by its pseudonym."""
        names = self.of(ids.drop_nulls().unique(maintain_order=True).to_list(), kind)
        keys = pl.DataFrame(
            {"id": list(names), "pseudonym": list(names.values())}, {"id": pl.String, "pseudonym": pl.String}
        )
        joined = pl.DataFrame({"id": ids}).join(keys, on="id", how="left", maintain_order="left")
        return joined["pseudonym"].alias(ids.name)

    def _held(self, ids: list[str], kind: PersonKind) -> dict[str, str]:
        found: dict[str, str] = {}
        for some in _chunks(ids):
            found.update(self._few(some, kind))
        return found

    def _few(self, ids: list[str], kind: PersonKind) -> list[tuple[Any, ...]]:
        select = "SELECT id, pseudonym FROM pseudonyms WHERE kind = ? AND id"
        if self._sqlite:
            return self._reads.fetch(f"{select} IN (SELECT value FROM json_each(?))", (kind, json.dumps(ids)))
        return self._reads.fetch(f"{select} = ANY(?::text[])", (kind, ids))

    def close(self) -> None:
        """Let go of the connections."""
        self._reads.close()
        self._writes.close()


def _chunks(ids: list[str]) -> Iterable[list[str]]:
    place = iter(ids)
    while some := list(islice(place, _AT_ONCE)):
        yield some


def _pseudonym(kind: PersonKind) -> str:
    return f"{kind[0]}_{os.urandom(16).hex()}"
