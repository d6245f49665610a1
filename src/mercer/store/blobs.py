"""Files under one address: a folder on disk. Writing is atomic: a reader sees the old content or the new."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Self

from mercer.core.errors import Invalid, NotFound
from mercer.core.phrase import Phrase


class Blobs:
    """Named files under a folder; names are relative, with '/' between their parts."""

    def __init__(self, root: Path) -> None:
        self.root = root

    @classmethod
    def open(cls, address: str) -> Self:
        """The files at ``address``, a folder that is made when something is first written."""
        if "://" in address:
            raise Invalid(
                Phrase("'{address}' is not a folder", "“{address}”不是文件夹").format(address=address),
                Phrase("use a folder of this machine", "请使用本机的文件夹"),
            )
        return cls(Path(address))

    def path(self, name: str) -> Path:
        """Where a file lies; Invalid for a name that leads out of the folder."""
        place = (self.root / name).resolve()
        if not place.is_relative_to(self.root.resolve()):
            raise Invalid(Phrase("'{name}' leads out of the folder", "“{name}”超出了文件夹范围").format(name=name))
        return place

    def read(self, name: str) -> bytes:
        """The content of a file; NotFound where there is none."""
        try:
            return self.path(name).read_bytes()
        except FileNotFoundError:
            raise NotFound(Phrase("there is no file '{name}'", "没有文件“{name}”").format(name=name)) from None

    def write(self, name: str, content: bytes) -> None:
        """Put content under a name, whole or not at all."""
        place = self.path(name)
        place.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=place.parent, prefix=".writing-")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            Path(temporary).replace(place)
        except BaseException:
            Path(temporary).unlink(missing_ok=True)
            raise

    def exists(self, name: str) -> bool:
        """Whether there is such a file."""
        return self.path(name).is_file()

    def list(self, prefix: str = "") -> Iterator[str]:
        """Names of all files whose name starts with ``prefix``, sorted."""
        found = (each for each in self.root.rglob("*") if each.is_file() and not each.name.startswith(".writing-"))
        yield from sorted(name for each in found if (name := each.relative_to(self.root).as_posix()).startswith(prefix))

    def upload(self, folder: Path, prefix: str) -> None:
        """Copy a folder's files under ``prefix``; it appears whole, by a rename."""
        place = self.path(prefix)
        place.parent.mkdir(parents=True, exist_ok=True)
        temporary = Path(tempfile.mkdtemp(dir=place.parent, prefix=".writing-"))
        shutil.copytree(folder, temporary, dirs_exist_ok=True)
        temporary.replace(place)
