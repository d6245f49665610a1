"""Nothing in the repository speaks of the machine it was written on, or hangs on an address of somebody else."""

from __future__ import annotations

import re
from pathlib import Path

# In pieces, so that this file does not hold what it forbids.
HOSTS = (
    "pypi" + ".org",
    "python" + "hosted.org",
    "npm" + "js.org",
    "deb.debian" + ".org",
    "conda" + ".anaconda.org",
    "proxy.golang" + ".org",
    "crates" + ".io",
)
PATHS = ("/" + "work/", "/" + "root/", "/tmp/" + "contracts", ".pyenv" + "/")
FORBIDDEN = re.compile("|".join(re.escape(each) for each in (*HOSTS, *PATHS)))


def test_no_registry_host_and_no_path_of_a_machine(kept: Path) -> None:
    """No file names a package registry's host or a folder of one particular machine."""
    try:
        text = kept.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return
    found = FORBIDDEN.search(text)
    assert found is None, f"{kept.name}: {found.group() if found else ''}"


def test_what_is_forbidden_is_noticed() -> None:
    """The pattern finds what it is there for."""
    assert FORBIDDEN.search("see https://" + HOSTS[0] + "/project/mercer")
    assert FORBIDDEN.search("open('" + PATHS[0] + "shop.csv')")
    assert not FORBIDDEN.search("mercer import shop ../shared/data/olist")
