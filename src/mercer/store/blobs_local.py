"""Files in a folder on disk."""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO

from mercer.core.errors import Conflict
from mercer.core.phrase import Phrase
from mercer.store.blobs import Blobs, checked_name, no_file
from mercer.store.disk import disk_told

_HIDDEN = ".writing-"
"""How the names of files that are being written begin; nobody is shown them."""


class LocalBlobs(Blobs):
    """Named files under a folder, which is made when something is first written."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def path(self, name: str) -> Path:
        """Where a file lies."""
        return self.root / checked_name(name)

    def read(self, name: str) -> bytes:
        """Read the file at once."""
        with disk_told():
            try:
                return self.path(name).read_bytes()
            except (FileNotFoundError, IsADirectoryError, NotADirectoryError):
                raise no_file(name) from None

    def write(self, name: str, content: bytes) -> None:
        """Write beside and rename, after the bytes are on the disk."""
        place = self.path(name)
        with disk_told():
            place.parent.mkdir(parents=True, exist_ok=True)
            handle, temporary = tempfile.mkstemp(dir=place.parent, prefix=_HIDDEN)
            try:
                with os.fdopen(handle, "wb") as file:
                    file.write(content)
                    _onto_disk(file)
                Path(temporary).chmod(0o644)
                Path(temporary).replace(place)
            except BaseException:
                Path(temporary).unlink(missing_ok=True)
                raise

    def change(self, name: str, change: Callable[[bytes | None], bytes]) -> bytes:
        """Hold a lock on the name meanwhile, which other processes respect."""
        place = self.path(name)
        with disk_told():
            place.parent.mkdir(parents=True, exist_ok=True)
            with (place.parent / f"{_HIDDEN}{place.name}.lock").open("w") as lock:
                fcntl.flock(lock, fcntl.LOCK_EX)
                content = change(place.read_bytes() if place.is_file() else None)
                self.write(name, content)
        return content

    def exists(self, name: str) -> bool:
        """Look whether it is a file."""
        with disk_told():
            return self.path(name).is_file()

    def sizes(self, prefix: str = "") -> dict[str, int]:
        """Walk through the folder in which the prefix ends."""
        start = checked_name(prefix).rpartition("/")[0] if prefix else ""
        with disk_told():
            found = {name: size for name, size in self._walk(start) if name.startswith(prefix)}
        return dict(sorted(found.items()))

    def _walk(self, folder: str) -> Iterator[tuple[str, int]]:
        try:
            entries = list(os.scandir(self.root / folder))
        except (FileNotFoundError, NotADirectoryError):  # also one that is deleted meanwhile
            return
        for entry in entries:
            name = f"{folder}/{entry.name}" if folder else entry.name
            if entry.name.startswith(_HIDDEN):
                continue
            if entry.is_dir():
                yield from self._walk(name)
            elif (size := _size(entry)) is not None:
                yield name, size

    def delete(self, prefix: str) -> None:
        """Remove the file, or the folder with all in it."""
        place = self.path(prefix.rstrip("/"))
        with disk_told():
            if place.is_dir():
                shutil.rmtree(place)
            else:
                place.unlink(missing_ok=True)

    def upload(self, folder: Path, prefix: str) -> None:
        """Copy beside and rename; Conflict where the name is taken."""
        place = self.path(prefix)
        with disk_told():
            place.parent.mkdir(parents=True, exist_ok=True)
            temporary = Path(tempfile.mkdtemp(dir=place.parent, prefix=_HIDDEN))
            try:
                shutil.copytree(folder, temporary, dirs_exist_ok=True, copy_function=_copy)
                temporary.chmod(0o755)
                if place.exists():
                    raise Conflict(
                        Phrase("'{name}' is there already", "“{name}”已存在").format(name=prefix),
                        Phrase("use a new name", "请使用新的名称"),
                    )
                temporary.replace(place)
            finally:
                shutil.rmtree(temporary, ignore_errors=True)

    def folder(self, prefix: str) -> Path | None:
        """The files lie in a folder already."""
        return self.path(prefix)

    def scan_address(self, name: str) -> str:
        """The path."""
        return str(self.path(name))

    @property
    def scan_options(self) -> None:
        """A path needs nothing else."""
        return None


def _copy(source: str, target: str) -> None:
    with Path(source).open("rb") as old, Path(target).open("wb") as new:
        shutil.copyfileobj(old, new, 2**20)
        _onto_disk(new)


def _onto_disk(file: IO[bytes]) -> None:
    """Wait for the bytes, or a power cut might leave the new name with nothing behind it."""
    file.flush()
    os.fsync(file.fileno())


def _size(entry: os.DirEntry[str]) -> int | None:
    try:
        return entry.stat().st_size
    except FileNotFoundError:
        return None
