"""Troubles of the disk, told in words."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from mercer.core.errors import Unavailable
from mercer.core.phrase import Phrase


@contextmanager
def disk_told() -> Iterator[None]:
    """Turn a refusal of the disk (full, read-only, no rights, a bad sector) into Unavailable, which says what to do."""
    try:
        yield
    except OSError as error:
        raise Unavailable(
            Phrase("the disk refuses '{path}': {words}", "磁盘拒绝访问“{path}”：{words}").format(
                path=error.filename or "", words=error.strerror or error
            ),
            Phrase(
                "check that there is space, and that this account may write there; nothing was left half-written",
                "请检查磁盘空间与写入权限；没有留下写了一半的文件",
            ),
        ) from error
