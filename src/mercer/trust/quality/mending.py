"""Text that was read in the wrong encoding or carries what does not belong in it: how to tell, and what it should say.

The patterns are Rust regular expressions, by which Polars narrows millions of texts down to a few; the functions then look at
each of these few and give the text as it was meant.
"""

from __future__ import annotations

import html
import re

# The characters of Windows-1252 that stand for bytes 0x80 to 0x9F, and Latin-1's from 0xA0 on.
_HIGH = "€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ\u0080-\u00ff"

MOJIBAKE = rf"[ÂÃ][{_HIGH}]|â€|ðŸ|ï»¿|[ãäåæçèé][{_HIGH}]{{2}}|Å[{_HIGH}]|Ä[{_HIGH}]"
"""UTF-8 read as Windows-1252: 'CafÃ©', 'donâ€™t', 'ä¸­æ–‡'."""

GBK = r"[\u00b0-\u00d7][\u00a1-\u00fe][\u00b0-\u00d7][\u00a1-\u00fe]"
"""GBK read as Latin-1: 'ÖÐÎÄ' for 中文."""

LOST = r"\x{fffd}|\?{4,}"
"""Characters that an earlier conversion threw away; nothing can bring them back."""

MARKUP = r"</?[a-zA-Z][^<>]*>|&(?:[a-zA-Z]{2,8}|#\d{1,6}|#x[0-9a-fA-F]{1,5});"
"""HTML tags and entities where plain text belongs."""

CONTROL = r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\x{200b}\x{200e}\x{200f}\x{202a}-\x{202e}\x{2060}\x{feff}]"
"""Characters that nobody sees and no search finds."""

SPACE = r"^\s|\s$|[ \t]{2,}"
"""Blanks before, behind, or doubled within."""

_RUN = re.compile(f"[{_HIGH}]+")
_UTF8 = re.compile(rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}")
# Latin, Greek, Cyrillic, Arabic, punctuation and symbols, everything East Asian, emoji. Not the scripts that ‘Ü“’ and ‘ß”’ would
# turn into.
_LIKELY = re.compile(
    "[\u0080-\u024f\u0370-\u052f\u0600-\u06ff\u0e00-\u0e7f\u1e00-\u1fff\u2010-\u2bff\u3000-\ud7ff\uf900-\uffef\U0001f000-\U0001faff]"
)
_GBK_RUN = re.compile(r"(?:[\u00b0-\u00d7][\u00a1-\u00fe]){2,}")


def mend_mojibake(text: str) -> str:
    """Text that was UTF-8 and was read as Windows-1252; what was read rightly stays.

    >>> mend_mojibake("CafÃ© â€˜Ã\\xa0 la modeâ€™"), mend_mojibake("ä¸\\xadæ–‡ CafÃ©"), mend_mojibake("Café „MENÜ“, PÃO")
    ('Café ‘à la mode’', '中文 Café', 'Café „MENÜ“, PÃO')
    """
    return _RUN.sub(lambda run: _reread(run[0]), text)


def _reread(run: str) -> str:
    """A run of high characters with each piece that is UTF-8, and says something likely, read as that."""
    pieces, at = [], 0
    for found in _UTF8.finditer(b"".join(_byte(letter) for letter in run)):  # one byte a letter, so places agree
        meant = found[0].decode("utf-8", "replace")
        pieces += [run[at : found.start()], meant if _LIKELY.fullmatch(meant) else run[found.start() : found.end()]]
        at = found.end()
    return "".join([*pieces, run[at:]])


def _byte(letter: str) -> bytes:
    try:
        return letter.encode("cp1252")
    except UnicodeEncodeError:  # five bytes have no letter there, and pass through as control characters
        return letter.encode("latin-1")


def mend_gbk(text: str) -> str:
    """Chinese that was GBK and was read as Latin-1.

    >>> mend_gbk("ÖÐÎÄ tea"), mend_gbk("Äpfel, ÄÖÜ")
    ('中文 tea', 'Äpfel, ÄÖÜ')
    """
    return _GBK_RUN.sub(lambda run: run[0].encode("latin-1").decode("gb2312", "replace"), text)


def mend_markup(text: str) -> str:
    """Text without tags, its entities as the characters they stand for.

    >>> mend_markup("<b>Salt &amp; Pepper</b> set<br/>for two"), mend_markup("2 < 3 > 1")
    ('Salt & Pepper set for two', '2 < 3 > 1')
    """
    bare = re.sub(r"</?[a-zA-Z][^<>]*>", " ", html.unescape(text) if "&lt;" not in text else text)
    return mend_space(html.unescape(bare))


def mend_control(text: str) -> str:
    """Text without characters that nobody sees."""
    return re.sub(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u200b\u200e\u200f\u202a-\u202e\u2060\ufeff]", "", text)


def mend_space(text: str) -> str:
    """Text with single blanks, and none at its ends."""
    return re.sub(r"[ \t]{2,}", " ", text).strip()
