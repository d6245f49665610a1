"""What a page tells a reader to type works, in the order in which the page tells it.

A page that holds ``<!-- tested -->`` is run whole, in an empty folder: ``console`` blocks through a shell, ``python`` and
``pycon`` blocks in one Python. Comments before a block steer it: ``<!-- not run: why -->`` leaves it out, ``<!-- leave
running -->`` starts it and goes on when its port answers, and ``<!-- before: command -->`` types something that the
reader has done already (``$READY_SHOP`` is a small trained shop). What a block shows is compared loosely: digits, spaces
and drawn lines do not count, and … stands for anything.
"""

from __future__ import annotations

import doctest
import fcntl
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
TESTED = "<!-- tested -->"
PIECE = re.compile(
    r"<!-- (?P<order>not run|leave running|before)(?:: (?P<what>.*?))? -->|^```(?P<kind>\w+)\n(?P<text>.*?)^```$",
    re.MULTILINE | re.DOTALL,
)
PORT = "8000"


@dataclass(frozen=True)
class Block:
    """One fenced block of a page, and what the comment before it says to do with it."""

    kind: str
    text: str
    order: str = ""


def blocks(text: str) -> list[Block]:
    """The blocks of a page that can be run, in order."""
    found, order = [], ""
    for match in PIECE.finditer(text):
        if match["order"] == "before":
            found.append(Block("console", f"$ {match['what']}\n"))
        elif match["order"]:
            order = match["order"]
        else:
            found.append(Block(match["kind"], match["text"], order))
            order = ""
    return found


def runnable_pages() -> list[Path]:
    """The pages that say that they are tested."""
    pages = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
    return [page for page in pages if TESTED in page.read_text(encoding="utf-8")]


@pytest.fixture(scope="session")
def ready_shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small simulated shop, imported and trained once for all pages (and all workers) that start from one."""
    shared = tmp_path_factory.getbasetemp()
    shared = shared.parent if "PYTEST_XDIST_WORKER" in os.environ else shared
    ready = shared / "ready-shop"
    with (shared / "ready-shop.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not ready.exists():
            making = shared / "making"
            making.mkdir()
            for command in MAKING:
                subprocess.run(
                    ["bash", "-c", command],
                    check=True,
                    capture_output=True,
                    cwd=making,
                    env=os.environ | reader(making),
                )
            (making / "tea").rename(ready)
    return ready


MAKING = (
    "mercer simulate made-up --products 150 --customers 600 --days 120",
    "mercer new tea",
    "mercer import tea made-up/exports/*",
    "mercer train tea --models popular,neighbours --cases 500",
)


@pytest.mark.timeout(900)
@pytest.mark.parametrize("tested", runnable_pages(), ids=lambda page: str(page.relative_to(ROOT)))
def test_the_page_works(tested: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ready_shop: Path) -> None:
    """Everything the page tells to type works, and shows what the page shows."""
    monkeypatch.chdir(tmp_path)
    for name, value in reader(tmp_path).items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("READY_SHOP", str(ready_shop))
    left_running: list[subprocess.Popen[bytes]] = []
    names: dict[str, Any] = {"__name__": "__main__"}
    port = free_port()
    try:
        for block in blocks(tested.read_text(encoding="utf-8")):
            text = block.text.replace(f":{PORT}", f":{port}").replace(f"--port {PORT}", f"--port {port}")
            if block.order == "not run":
                continue
            if block.order == "leave running":
                left_running.append(start(text, port))
            elif block.kind == "console":
                for command, shown in commands(text):
                    compare(command, shown, typed(command))
            elif block.kind in ("python", "pycon"):
                run_python(block.kind, text, names)
    finally:
        for process in left_running:
            os.killpg(process.pid, signal.SIGTERM)
            process.wait(20)


def reader(home: Path) -> dict[str, str]:
    """The surroundings of a reader who has installed Mercer: its programs on the path, English, a wide screen."""
    return {
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "MERCER_LANGUAGE": "en", "COLUMNS": "120", "NO_COLOR": "1", "TERM": "dumb", "HOME": str(home),
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
    }  # fmt: skip


# What a reader sets in the shell is still set in the next command.
REMEMBERING = """set -a; [ -f "$HOME/.shell" ] && . "$HOME/.shell"
{command}
ended=$?; export -p > "$HOME/.shell"; exit $ended"""


def typed(command: str) -> str:
    """What a command printed; it must end well unless the page shows its exit code."""
    ran = subprocess.run(
        ["bash", "-c", REMEMBERING.format(command=command)], capture_output=True, text=True, check=False, timeout=600
    )
    said = ran.stdout + ran.stderr
    assert ran.returncode == 0 or "Error:" in said, f"$ {command}\nended with {ran.returncode}\n{said[-3000:]}"
    return said


def start(text: str, port: int) -> subprocess.Popen[bytes]:
    """Start a server and wait until its port answers."""
    (command, _), *_ = commands(text)
    if str(port) not in command:
        command = command.replace("mercer serve", f"mercer serve --port {port}")
    log = Path("server.log").open("wb")  # noqa: SIM115 - the server holds it
    process = subprocess.Popen(
        ["bash", "-c", f'[ -f "$HOME/.shell" ] && . "$HOME/.shell"; exec {command}'],
        stdout=log,
        stderr=log,
        start_new_session=True,
    )
    for _ in range(300):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return process
        assert process.poll() is None, f"$ {command}\n{Path('server.log').read_text()}"
        time.sleep(0.1)
    raise AssertionError(f"nothing answers on port {port} after 30 seconds\n{Path('server.log').read_text()}")


def run_python(kind: str, text: str, names: dict[str, Any]) -> None:
    """Run a block in the page's one Python; an example's output is compared as doctest compares."""
    if kind == "python":
        exec(compile(text, "<page>", "exec"), names)
        return
    how = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
    example = doctest.DocTestParser().get_doctest(text, names, "page", None, None)
    said: list[str] = []
    runner = doctest.DocTestRunner(optionflags=how)
    runner.run(example, out=said.append, clear_globs=False)
    names.update(example.globs)
    assert runner.failures == 0, "".join(said)


def commands(text: str) -> Iterator[tuple[str, list[str]]]:
    """Each command of a console block with the lines it shows; a backslash at the end of a line continues it."""
    command, shown = "", []
    lines = iter(text.splitlines())
    for line in lines:
        if line.startswith("$ "):
            if command:
                yield command, shown
            command, shown = line[2:], []
            while command.endswith("\\"):
                command = command[:-1] + next(lines).removeprefix("> ")
        else:
            shown.append(line)
    if command:
        yield command, shown


def compare(command: str, shown: list[str], said: str) -> None:
    """Each line that the page shows must have been said."""
    lines = [plain(line) for line in said.splitlines()]
    for line in shown:
        pieces = [piece for piece in plain(line).split("…") if piece]
        if pieces:
            pattern = re.compile(".*".join(re.escape(piece) for piece in pieces))
            assert any(pattern.search(each) for each in lines), (
                f"$ {command}\ndoes not say: {line}\nbut:\n{said[-4000:]}"
            )


def plain(line: str) -> str:
    """A line without what may differ from machine to machine: digits, spaces, drawn lines, a trailing point of a number."""
    line = re.sub(r"[─-▟|+=]", "", line)
    line = re.sub(r"\b[0-9a-f]{12,}\b", "0", line)
    return re.sub(r"\s+", "", re.sub(r"-?\d[\d.,:]*", "0", line))


def free_port() -> int:
    """A port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def test_loose_comparison_sees_a_difference() -> None:
    """Numbers and frames do not count; words do, and … stands for anything."""
    compare("x", ["│ ease   0.31 │"], "┃ ease 0.2744 ┃\n")
    compare("x", ["Hint: … train"], "Hint: run mercer train\n")
    with pytest.raises(AssertionError, match="does not say"):
        compare("x", ["│ popular 0.31 │"], "┃ ease 0.2744 ┃\n")


def test_blocks_and_their_orders_are_read() -> None:
    """A comment steers the block that follows it, and no other."""
    page = "<!-- before: true -->\n<!-- not run: why -->\n```console\n$ no\n```\n```console\n$ a \\\n> b\nout\n```\n"
    assert [(b.order, b.text.split()[1]) for b in blocks(page)] == [("", "true"), ("not run", "no"), ("", "a")]
    assert list(commands(blocks(page)[2].text)) == [("a b", ["out"])]


def test_a_failing_command_is_noticed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A page whose command fails does not pass."""
    monkeypatch.setenv("HOME", str(tmp_path))
    with pytest.raises(AssertionError, match="ended with 3"):
        typed("bash -c 'exit 3'")


def test_the_shell_remembers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A variable set in one command is there in the next."""
    monkeypatch.setenv("HOME", str(tmp_path))
    typed("SIZE='a b'")
    assert typed('echo "$SIZE"') == "a b\n"
