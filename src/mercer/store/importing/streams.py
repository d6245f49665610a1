"""Bytes that come in steady pieces and in UTF-8, whatever the file was written in; a broken file ends early and says so."""

from __future__ import annotations

import codecs
import lzma
import re
import zipfile
import zlib
from typing import IO

from mercer.core.phrase import Phrase

_PIECE = 1 << 18
_BROKEN = (EOFError, OSError, RuntimeError, NotImplementedError, lzma.LZMAError, zipfile.BadZipFile, zlib.error)

BAD_BYTE = "\udcff"
"""Stands for bytes that the encoding does not know. It becomes the byte FF, which UTF-8 never holds, so that the row is
refused where it is read."""


def _mark(error: UnicodeError) -> tuple[str, int]:
    return (BAD_BYTE, error.end if isinstance(error, UnicodeDecodeError) else 0)


codecs.register_error("mercer-mark", _mark)


class Stream:
    """The content of a file as UTF-8 without a byte order mark.

    ``broken`` says why it ended before its end: a truncated or damaged archive gives what can be had of it.
    """

    def __init__(self, raw: IO[bytes], encoding: str = "utf-8") -> None:
        self._raw = raw
        self._first = True
        self._decoder = None if encoding == "utf-8" else codecs.getincrementaldecoder(encoding)("mercer-mark")
        self.broken: Phrase | None = None

    def read(self, size: int) -> bytes:
        """About ``size`` bytes, the same ones each time the file is read; fewer only at the end."""
        pieces: list[bytes] = []
        held = 0
        while held < size and (piece := self._piece(min(_PIECE, size - held))):
            pieces.append(piece)
            held += len(piece)
        whole = b"".join(pieces)
        if self._first and whole:
            self._first = False
            whole = whole.removeprefix(codecs.BOM_UTF8)
        return self._utf8(whole, final=held < size)

    def _piece(self, size: int) -> bytes:
        try:
            return self._raw.read1(size)  # type: ignore[attr-defined, no-any-return]
        except _BROKEN as error:
            words = str(error) or type(error).__name__
            self.broken = Phrase("the file is damaged or ends too early: {error}", "文件损坏或不完整：{error}").format(
                error=words
            )
            return b""

    def _utf8(self, whole: bytes, final: bool) -> bytes:
        if self._decoder is None:
            return whole
        return self._decoder.decode(whole, final).encode("utf-8", "surrogateescape")


def encoding_of(sample: bytes) -> str:
    """The encoding of a text file, by its first bytes: UTF-8, UTF-16, GB18030 (what Chinese spreadsheets write) or Windows-1252.

    >>> encoding_of("商品,价格".encode("gbk")), encoding_of("Größe;Café".encode("latin-1")), encoding_of("商品".encode())
    ('gb18030', 'cp1252', 'utf-8')
    """
    if sample.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    if sample.startswith(codecs.BOM_UTF8):
        return "utf-8"
    evens, odds = sample[0:4096:2].count(0), sample[1:4096:2].count(0)
    half = max(1, min(len(sample), 4096) // 2)
    if odds > 0.4 * half > evens * 4:
        return "utf-16-le"
    if evens > 0.4 * half > odds * 4:
        return "utf-16-be"
    if _decodes(sample, "utf-8") or _mostly_utf8(sample):
        return "utf-8"
    if _looks_chinese(sample):
        return "gb18030"
    return "cp1252" if _decodes(sample, "cp1252") else "latin-1"


def _decodes(sample: bytes, encoding: str) -> bool:
    try:
        codecs.getincrementaldecoder(encoding)("strict").decode(sample)
    except UnicodeDecodeError:
        return False
    return True


def _mostly_utf8(sample: bytes) -> bool:
    """A few bad bytes in a UTF-8 file spoil their rows only, not the reading of all others."""
    runs = re.findall(rb"[\x80-\xff]+", sample)
    good = sum(_decodes(run, "utf-8") for run in runs)
    return good > 0.8 * len(runs)


def _looks_chinese(sample: bytes) -> bool:
    """In GBK text nearly every run of high bytes has an even length; accents in Latin text stand alone."""
    runs = re.findall(rb"[\x80-\xff]+", sample)
    even = sum(len(run) % 2 == 0 for run in runs)
    return even >= 0.8 * len(runs) and codecs.decode(sample, "gb18030", "ignore") != "" and _mostly_decodes(sample)


def _mostly_decodes(sample: bytes) -> bool:
    text = sample.decode("gb18030", "replace")
    return text.count("\ufffd") <= 0.01 * len(text)
