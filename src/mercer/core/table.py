"""What a table and a column are: one declaration gives the SQL, the frame schema, the row check and the docs."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from mercer.core.phrase import Phrase

Kind = Literal["id", "word", "text", "integer", "money", "number", "flag", "time", "words", "facts"]
"""id: the platform's own string, 200 characters at most · word: a short categorical string (200) · text: free text
(100,000) · integer: 64-bit · money: 64-bit minor units · number: finite float · flag: true or false · time: an instant
in UTC, to the microsecond · words: a list of strings · facts: a JSON object."""

Person = Literal["customer", "visitor", "secret"]


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its name, kind, meaning, bounds, and whether it points at a person.

    ``person`` is "customer" or "visitor" where the column holds such an id (snapshots carry a pseudonym instead) and
    "secret" where it holds personal data that snapshots leave out.
    """

    name: str
    kind: Kind
    en: str
    zh: str
    required: bool = False
    least: float | None = None
    most: float | None = None
    choices: tuple[str, ...] = ()
    refers: str | None = None
    person: Person | None = None

    @property
    def about(self) -> Phrase:
        return Phrase(self.en, self.zh)


@dataclass(frozen=True, slots=True)
class Table:
    """One table of a shop's life.

    ``key`` names a row; ``time`` is the column of the instant it speaks of. Every table also has ``known_at``: when
    the shop came to know the row, which defaults to ``time``, or to the moment of writing. ``append`` tables are logs:
    a row that is there stays as it is; the others take the newest writing of a key.
    """

    name: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    en: str
    zh: str
    time: str | None = None
    append: bool = False
    _by_name: dict[str, Column] = field(default_factory=dict, repr=False, compare=False)

    def __post_init__(self) -> None:
        self._by_name.update({column.name: column for column in self.columns})

    @property
    def about(self) -> Phrase:
        return Phrase(self.en, self.zh)

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(self._by_name)

    def __getitem__(self, name: str) -> Column:
        return self._by_name[name]

    def __contains__(self, name: str) -> bool:
        return name in self._by_name
