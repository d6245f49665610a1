"""A small trained shop behind HTTP, within this process or as a real `mercer serve`: fixtures for a folder's conftest."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from starlette.testclient import TestClient

from mercer import Shop
from mercer.interfaces.rest.app import application

__all__ = ["MERCER", "Served", "Server", "serve", "served", "start_server"]

MERCER = (sys.executable, "-c", "import sys; from mercer.interfaces.cli.main import run; sys.exit(run(sys.argv[1:]))")
"""The `mercer` program of this very package, whatever the PATH holds."""

ROLES = ("public", "staff", "owner")


@dataclass
class Served:
    """A shop, an HTTP client of it, and a key of each role."""

    shop: Shop
    client: TestClient
    keys: dict[str, str]

    def post(self, operation: str, body: object = None, role: str = "owner", **headers: str) -> httpx.Response:
        """Call an operation with a key of a role."""
        given = {"Authorization": f"Bearer {self.keys[role]}", **{k.replace("_", "-"): v for k, v in headers.items()}}
        return self.client.post(f"/v1/{operation}", json={} if body is None else body, headers=given)

    def get(self, path: str, role: str = "owner", **headers: str) -> httpx.Response:
        """Read a path with a key of a role."""
        return self.client.get(path, headers={"Authorization": f"Bearer {self.keys[role]}", **headers})


@pytest.fixture
def serve(trained: Path) -> Iterator[Callable[..., Served]]:
    """Makes an in-process server of the small trained shop, with changes to mercer.toml."""
    opened: list[tuple[TestClient, Shop]] = []

    def make(*changes: tuple[str, str]) -> Served:
        path = trained / "mercer.toml"
        text = path.read_text()
        for old, new in changes:
            assert old in text
            text = text.replace(old, new)
        path.write_text(text)
        shop = Shop.open(trained)
        keys = {role: shop.run("create_key", role=role, name=role).secret for role in ROLES}
        client = TestClient(application(shop), raise_server_exceptions=False)
        client.__enter__()
        opened.append((client, shop))
        return Served(shop, client, keys)

    yield make
    for client, shop in opened:
        client.__exit__(None, None, None)
        shop.close()


@pytest.fixture
def served(serve: Callable[..., Served]) -> Served:
    """An in-process server of the small trained shop."""
    return serve()


class Server:
    """A real `mercer serve` in a process of its own."""

    def __init__(self, folder: Path, *options: str) -> None:
        self.folder = folder
        self.options = options
        self.port = 0
        self.start()

    def start(self) -> None:
        """Start it, at the port it had before, and wait until it answers."""
        words = ["serve", str(self.folder), "--port", str(self.port), *self.options]
        self.log = self.folder / f"server-{time.monotonic_ns()}.log"
        with self.log.open("w") as log:
            self.process = subprocess.Popen([*MERCER, *words], stdout=log, stderr=log)
        self._wait(lambda: "http://" in self.log.read_text())
        self.port = int(re.findall(r"http://127\.0\.0\.1:(\d+)", self.log.read_text())[0])
        self.url = f"http://127.0.0.1:{self.port}"
        self._wait(self._ready)

    def _ready(self) -> bool:
        try:
            return httpx.get(f"{self.url}/readyz").status_code == 200
        except httpx.TransportError:
            return False

    def _wait(self, true: Callable[[], bool]) -> None:
        end = time.monotonic() + 60
        while not true():
            assert self.process.poll() is None, self.log.read_text()
            assert time.monotonic() < end, self.log.read_text()
            time.sleep(0.05)

    def stop(self, how: signal.Signals = signal.SIGTERM) -> int:
        """Stop it and wait until it is gone; gives its exit code."""
        self.process.send_signal(how)
        return self.process.wait(60)


@pytest.fixture
def start_server(trained: Path) -> Iterator[Callable[..., Server]]:
    """Starts a real server of the small trained shop, with an owner key in the shop already."""
    started: list[Server] = []

    def start(*options: str) -> Server:
        started.append(Server(trained, *options))
        return started[-1]

    yield start
    for server in started:
        if server.process.poll() is None:
            server.stop(signal.SIGKILL)
