"""Which extras are installed: what ``pip install 'mercer[deep]'`` would bring, looked up and not imported."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from importlib import metadata

_NAME = re.compile(r"^[A-Za-z0-9._-]+")


def missing_extras(extras: Iterable[str]) -> tuple[str, ...]:
    """Those of ``extras`` of which some library is not installed, or which we do not offer at all.

    >>> missing_extras([]), missing_extras(["no-such-extra"])
    ((), ('no-such-extra',))
    """
    return tuple(extra for extra in extras if not _installed(extra))


def _installed(extra: str) -> bool:
    wanted = _libraries(extra, metadata.requires("mercer") or ())
    return bool(wanted) and all(_has(name) for name in wanted)


def _libraries(extra: str, requirements: Sequence[str]) -> list[str]:
    """Names of the libraries an extra asks for.

    >>> _libraries("deep", ['polars>=2', "torch==2.13.0; extra == 'deep'", 'ray>=2; extra == "ray"'])
    ['torch']
    """
    marker = re.compile(rf"""extra\s*==\s*['"]{re.escape(extra)}['"]""")
    return [found[0] for each in requirements if marker.search(each) and (found := _NAME.match(each))]


def _has(name: str) -> bool:
    try:
        metadata.version(name)
    except metadata.PackageNotFoundError:
        return False
    return True
