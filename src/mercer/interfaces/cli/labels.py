"""What stands before a value on the terminal: the field's name, or, for a Chinese reader, what the field means."""

from __future__ import annotations

import re
from typing import Any, get_args

from pydantic import BaseModel

from mercer.core.phrase import Phrase
from mercer.core.record import description

LABELS = {"next": Phrase("next", "接下来"), "yes": Phrase("yes", "是"), "no": Phrase("no", "否")}
_MORE = re.compile(r"[，；：（。,;(]")
"""Where a description goes on to say more than what the thing is called."""


class Labels:
    """The labels of one record's fields; ``within`` gives those of the records that a field holds.

    >>> Labels()("order_lines")
    'order lines'
    """

    def __init__(self, record: type[BaseModel] | None = None, language: str = "en") -> None:
        self._fields = {} if record is None else record.model_fields
        self._language = language

    def __call__(self, name: str) -> str:
        """What stands before the value of a field, or of a key that is no field."""
        field = self._fields.get(name)
        if field is None or not self._language.lower().startswith("zh"):
            return name.replace("_", " ")
        return _MORE.split(description(field).zh)[0].strip() or name

    def within(self, name: str) -> Labels:
        """The labels of what is within a field; of a key that is no field, such as a table's name, these again."""
        if name not in self._fields:
            return self
        return Labels(_record_in(self._fields[name].annotation), self._language)


def labels_of(result: Any, language: str) -> Labels:
    """The labels of a result."""
    return Labels(type(result) if isinstance(result, BaseModel) else None, language)


def _record_in(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((found for part in get_args(annotation) if (found := _record_in(part)) is not None), None)
