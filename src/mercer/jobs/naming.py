"""How a shop's folder is called in the command lines that results propose."""

from __future__ import annotations

import shlex
import shutil
import sys
from pathlib import Path


def program() -> str:
    """How this program is called from here: by its name, or in a clone, where no PATH leads to it, by its place."""
    started = Path(sys.argv[0])
    if shutil.which("mercer") is None and started.name == "mercer":
        return typed(started)
    return "mercer"


def typed(folder: Path) -> str:
    """A folder as one types it from here: below the working folder without it, else whole; quoted where it has blanks.

    >>> typed(Path.cwd() / "tea shop"), typed(Path("/srv/shops/tea"))
    ("'tea shop'", '/srv/shops/tea')
    """
    absolute = folder.absolute()
    here = Path.cwd()
    return shlex.quote(str(absolute.relative_to(here) if absolute.is_relative_to(here) else absolute))
