"""Finding the files of an import: folders walked, archives opened, compression undone on the way."""

from __future__ import annotations

import bz2
import gzip
import hashlib
import io
import lzma
import zipfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, cast

from mercer.core.errors import NotFound, Unavailable
from mercer.core.phrase import Phrase

_BLOCK = 1 << 20
_SUFFIXES = (".gz", ".xz", ".bz2", ".zst")


@dataclass(frozen=True, slots=True)
class Source:
    """One file to import: a file on disk, or a member of a zip archive."""

    path: Path
    member: str | None = None

    @property
    def name(self) -> str:
        """What a person calls it: the file's name, with that of the archive before it."""
        return f"{self.path.name}/{self.member}" if self.member else self.path.name

    @property
    def stem(self) -> str:
        """The bare name without folders, compression or format, such as 'orders' of 'export/orders.csv.gz'."""
        name = (self.member or self.path.name).rpartition("/")[2].lower()
        for suffix in _SUFFIXES:
            name = name.removesuffix(suffix)
        return name.rpartition(".")[0] or name

    @property
    def size(self) -> int:
        """Bytes to read, as they lie on disk or in the archive."""
        if self.member is None:
            return self.path.stat().st_size
        with zipfile.ZipFile(self.path) as archive:
            return archive.getinfo(self.member).file_size


def find(paths: Sequence[Path]) -> list[Source]:
    """Every file named, lying in a folder named or in an archive named; hidden ones are left out.

    NotFound where a path leads nowhere.
    """
    found: dict[Path, None] = {}
    for path in paths:
        if not path.exists():
            raise NotFound(
                Phrase("there is no file '{path}'", "没有文件“{path}”").format(path=path),
                Phrase("check the path; a folder is walked through", "请检查路径；给出文件夹则会遍历其中的文件"),
            )
        found |= dict.fromkeys(each.resolve() for each in (_walk(path) if path.is_dir() else [path]))
    return [source for path in found for source in _members(path)]


def _walk(folder: Path) -> list[Path]:
    return sorted(
        each for each in folder.rglob("*")
        if each.is_file() and not any(part.startswith(".") for part in each.relative_to(folder).parts)
    )  # fmt: skip


def _members(path: Path) -> list[Source]:
    try:
        if not zipfile.is_zipfile(path):
            return [Source(path)]
        with zipfile.ZipFile(path) as archive:
            names = [each.filename for each in archive.infolist() if not each.is_dir()]
    except (OSError, zipfile.BadZipFile):  # whoever looks into it will say what is wrong
        return [Source(path)]
    if "[Content_Types].xml" in names:  # a spreadsheet or another Office document, which nobody unzips
        return [Source(path)]
    return [
        Source(path, name) for name in sorted(names)
        if not any(part.startswith(".") for part in name.split("/")) and not name.startswith("__MACOSX/")
    ]  # fmt: skip


@contextmanager
def opened(source: Source) -> Iterator[tuple[IO[bytes], Callable[[], int]]]:
    """The plain bytes of a source, and a function that says how many bytes of ``size`` have been read."""
    try:
        raw: IO[bytes] = source.path.open("rb")
    except OSError as error:
        raise _unreadable(source.path, error) from None
    with raw:
        if source.member is None:
            with plain(raw) as bytes_:
                yield bytes_, raw.tell
        else:
            with zipfile.ZipFile(raw) as archive, _member(archive, source) as inner, plain(inner) as bytes_:
                yield bytes_, inner.tell


def _member(archive: zipfile.ZipFile, source: Source) -> IO[bytes]:
    """A member that begins well; Unavailable where it is encrypted, damaged or packed in a way that Python does not know."""
    try:
        with archive.open(source.member or "") as tried:
            tried.read(1)
        return archive.open(source.member or "")
    except (RuntimeError, NotImplementedError, zipfile.BadZipFile, zlib.error, EOFError) as error:
        raise Unavailable(
            Phrase("'{name}' cannot be unpacked: {error}", "无法解压“{name}”：{error}").format(
                name=source.name, error=error
            ),
            Phrase("unpack the archive and import its files", "请先解压压缩包，再导入其中的文件"),
        ) from None


def plain(raw: IO[bytes]) -> IO[bytes]:
    """The bytes without their compression, which is told by how they begin."""
    head = raw.read(6)
    raw.seek(0)
    if head.startswith(b"\x1f\x8b"):
        return cast(IO[bytes], gzip.GzipFile(fileobj=raw))
    if head.startswith(b"\xfd7zXZ\x00"):
        return lzma.open(raw, "rb")
    if head.startswith(b"BZh"):
        return bz2.open(raw, "rb")
    if head.startswith(b"\x28\xb5\x2f\xfd"):
        return _zstandard(raw)
    return raw


def _zstandard(raw: IO[bytes]) -> IO[bytes]:
    try:
        module: Any = __import__("zstandard")
    except ImportError:
        raise Unavailable(
            Phrase(
                "the file is compressed with Zstandard, which this Python cannot read",
                "文件以 Zstandard 压缩，当前 Python 无法读取",
            ),
            Phrase(
                "pip install zstandard, or decompress it first: zstd -d FILE",
                "请 pip install zstandard，或先解压：zstd -d 文件",
            ),
        ) from None
    return io.BufferedReader(module.ZstdDecompressor().stream_reader(raw))


def fingerprint(source: Source, *parts: str) -> str:
    """The SHA-256 of a source's bytes and of everything else that decides what its import writes."""
    digest = hashlib.sha256("\x00".join(parts).encode())
    with source.path.open("rb") as raw:
        if source.member is None:
            _feed(digest, raw)
        else:
            with zipfile.ZipFile(raw) as archive, archive.open(source.member) as inner:
                _feed(digest, inner)
    return digest.hexdigest()


def _feed(digest: Any, stream: IO[bytes]) -> None:
    while block := stream.read(_BLOCK):
        digest.update(block)


def _unreadable(path: Path, error: OSError) -> Unavailable:
    return Unavailable(
        Phrase("'{path}' cannot be read: {error}", "无法读取“{path}”：{error}").format(
            path=path, error=error.strerror or error
        ),
        Phrase("check that the file may be read by you", "请检查您是否有权读取该文件"),
    )
