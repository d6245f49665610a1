"""Nothing in the repository speaks of the machine it was written on, or hangs on an address of somebody else."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

ROOT = Path(__file__).parents[2]
NOT_OURS = {".venv", ".venv-bench", ".git", "build", "dist", "demo-shop"}

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
PATHS = ("/" + "work/main", "/" + "work/shared", "/" + "work/.library", "/" + "root/", ".pyenv" + "/")
FORBIDDEN = re.compile("|".join(re.escape(each) for each in (*HOSTS, *PATHS)))


def test_no_registry_host_and_no_path_of_a_machine() -> None:
    """No file names a package registry's host or a folder of one particular machine."""
    found = []
    for kept in kept_files():
        try:
            match = FORBIDDEN.search(kept.read_text(encoding="utf-8"))
        except UnicodeDecodeError:
            continue
        if match:
            found.append(f"{kept.relative_to(ROOT)}: {match.group()}")
    assert not found, "\n".join(found)


def test_what_is_forbidden_is_noticed() -> None:
    """The pattern finds what it is there for."""
    assert FORBIDDEN.search("see https://" + HOSTS[0] + "/project/mercer")
    assert FORBIDDEN.search("open('" + PATHS[0] + "shop.csv')")
    assert not FORBIDDEN.search("mercer import shop ../shared/data/olist")


def kept_files() -> list[Path]:
    """Every file under version control, or about to be; all files where there is no git."""
    try:
        listed = subprocess.run(
            ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
            cwd=ROOT,
            capture_output=True,
            check=True,
            text=True,
        ).stdout.split("\0")
        return sorted(ROOT / name for name in listed if name and (ROOT / name).is_file())
    except (OSError, subprocess.CalledProcessError):
        return sorted(
            each for each in ROOT.rglob("*") if each.is_file() and not NOT_OURS & set(each.relative_to(ROOT).parts)
        )
