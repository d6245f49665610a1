"""Files under one address: a folder on disk, or a bucket of an object store."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from mercer.core.errors import Invalid, NotFound
from mercer.core.phrase import Phrase
from mercer.store.disk import disk_told


class Blobs(ABC):
    """Named files; names are relative, with "/" between their parts.

    Writing is atomic everywhere: whoever reads meanwhile gets the old content or the new. All methods raise Invalid for a
    name that leads out of the address, and Unavailable where the disk or the object store does not answer.

    >>> import tempfile
    >>> blobs = Blobs.open(tempfile.mkdtemp())
    >>> blobs.write("cards/ease.md", b"# EASE")
    >>> blobs.list("cards/"), blobs.read("cards/ease.md")
    (['cards/ease.md'], b'# EASE')
    """

    @staticmethod
    def open(address: str) -> Blobs:
        """The files at a folder's path, or at s3://bucket/prefix?endpoint=…&region=… (extra s3).

        Keys to an object store come from the environment: AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and their kin.
        """
        if address.startswith("s3://"):
            from mercer.store.blobs_s3 import open_s3

            return open_s3(address)
        if "://" in address:
            raise Invalid(
                Phrase("'{address}' is no place for files", "“{address}”不是存放文件的地址").format(address=address),
                Phrase("use a folder, or s3://bucket/prefix", "请使用文件夹，或 s3://bucket/prefix"),
            )
        from mercer.store.blobs_local import LocalBlobs

        return LocalBlobs(Path(address))

    @abstractmethod
    def read(self, name: str) -> bytes:
        """The content of a file; NotFound where there is none."""

    @abstractmethod
    def write(self, name: str, content: bytes) -> None:
        """Put content under a name, whole or not at all."""

    @abstractmethod
    def change(self, name: str, change: Callable[[bytes | None], bytes]) -> bytes:
        """Replace a content by what ``change`` makes of it (None where there is none) so that no other change is lost.

        ``change`` may be called again when somebody else was faster. Returns the new content.
        """

    @abstractmethod
    def exists(self, name: str) -> bool:
        """Whether there is such a file."""

    @abstractmethod
    def sizes(self, prefix: str = "") -> dict[str, int]:
        """All files whose name starts with ``prefix``, sorted by name, and how many bytes each has."""

    def list(self, prefix: str = "") -> list[str]:
        """Names of all files whose name starts with ``prefix``, sorted."""
        return [*self.sizes(prefix)]

    @abstractmethod
    def delete(self, prefix: str) -> None:
        """Delete the file of this name, or all files under it as a folder; nothing happens where there are none."""

    @abstractmethod
    def upload(self, folder: Path, prefix: str) -> None:
        """Copy a folder's files under ``prefix``. On a disk they appear together, on an object store one by one."""

    @abstractmethod
    def folder(self, prefix: str) -> Path | None:
        """The local folder in which these files lie already, or None where they have to be downloaded."""

    @abstractmethod
    def scan_address(self, name: str) -> str:
        """The address under which Polars scans a file."""

    @property
    @abstractmethod
    def scan_options(self) -> Mapping[str, str] | None:
        """What Polars needs beside the address, as ``storage_options``."""

    def download(self, prefix: str, folder: Path) -> None:
        """Copy the files under ``prefix`` into a folder."""
        start = prefix.rstrip("/") + "/"
        for name in self.list(start):
            place = folder / name.removeprefix(start)
            with disk_told():
                place.parent.mkdir(parents=True, exist_ok=True)
                with place.open("wb") as file:
                    for piece in self.pieces(name):
                        file.write(piece)

    def pieces(self, name: str) -> Iterable[bytes]:
        """The content of a file in pieces that memory holds easily."""
        yield self.read(name)


def checked_name(name: str) -> str:
    """A name that stays within its address."""
    parts = name.split("/")
    if not name or name.startswith("/") or ".." in parts or "." in parts or any(ord(each) < 32 for each in name):
        raise Invalid(
            Phrase("'{name}' leads out of the folder", "“{name}”超出了文件夹范围").format(name=name),
            Phrase("use a relative name without '..'", "请使用不含“..”的相对名称"),
        )
    return name


def no_file(name: str) -> NotFound:
    """The error for a file that is not there."""
    return NotFound(
        Phrase("there is no file '{name}'", "没有文件“{name}”").format(name=name),
        Phrase(
            "it may have been deleted; take a new snapshot or train again", "文件可能已被删除；请重新冻结快照或训练"
        ),
    )
