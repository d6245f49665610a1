"""Words a person reads, in English and in Simplified Chinese."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

LANGUAGES = ("en", "zh-CN")


@dataclass(frozen=True, slots=True)
class Phrase:
    """One thing said in English and in Simplified Chinese.

    >>> hello = Phrase("{n} products", "{n} 个商品").format(n=3)
    >>> hello.say("zh-CN")
    '3 个商品'
    >>> str(hello)
    '3 products'
    """

    en: str
    zh: str

    def say(self, language: str = "en") -> str:
        """The words in ``language`` (BCP-47); every kind of Chinese reads the Chinese, all others the English."""
        return self.zh if language.lower().startswith("zh") else self.en

    def format(self, **values: Any) -> Phrase:
        """Fill the ``{names}`` in both languages; a value that is itself a Phrase is filled in its own language."""
        english = {k: v.en if isinstance(v, Phrase) else v for k, v in values.items()}
        chinese = {k: v.zh if isinstance(v, Phrase) else v for k, v in values.items()}
        return Phrase(self.en.format(**english), self.zh.format(**chinese))

    def __str__(self) -> str:
        return self.en


def same(text: str) -> Phrase:
    """A phrase that reads the same in every language: a name, an id, a number."""
    return Phrase(text, text)
