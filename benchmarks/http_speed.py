"""Recommendations over HTTP beside a bare FastAPI endpoint that validates with Pydantic and answers the same bytes.

Both servers run at once, each in one process, and are loaded in turn, round by round, by the same client with the same
questions; the share is that of two neighbouring rounds, so that a busy moment of the machine strikes both. Ours checks a
key, counts it against its limits, asks the model about that customer, and logs the decision before it answers.
"""

from __future__ import annotations

import json
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

import numpy as np

from ask_overhead import DATASET, FILE, made
from common import ROOT, Row, arguments, data_sha256, finish, require
from mercer import Shop

NAME = "http_speed"
CUSTOMERS = 500
PATH = "/v1/recommend_products"
MERCER = (sys.executable, "-c", "import sys; from mercer.interfaces.cli.main import run; sys.exit(run(sys.argv[1:]))")


def main() -> None:
    """Make the shop, start both servers, load them in turn, keep the rows."""
    parser = arguments(__doc__ or "")
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--seconds", type=float, default=4, help="length of a round of one server")
    parser.add_argument("--connections", type=int, default=16)
    given = parser.parse_args()
    source = given.data / DATASET / FILE
    require(source)
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / "shop"
        with made(folder, source) as shop:
            key, bodies = ready(shop, given.seed)
        with server([*MERCER, "serve", str(folder), "--port"]) as ours:
            answer = Path(place) / "answer.json"
            answer.write_bytes(ask(ours, key, bodies[0]))
            with server([sys.executable, str(ROOT / "benchmarks" / "bare.py"), str(answer)]) as bare:
                ports = {"bare FastAPI": bare, "mercer": ours}
                found = [
                    {name: load(port, key, bodies, given.connections, given.seconds) for name, port in ports.items()}
                    for _ in range(given.rounds)
                ]
    finish(NAME, list(rows(found, given, source)), given)


def ready(shop: Shop, seed: int) -> tuple[str, list[str]]:
    """A public key without limits, and the questions: ten products for one of many customers."""
    path = shop.folder / "mercer.toml"
    path.write_text(path.read_text(encoding="utf-8").replace("_rate = 2000", "_rate = 1000000"), encoding="utf-8")
    customers = sorted(set(shop.store.frame("orders", ["customer_id"])["customer_id"].drop_nulls().to_list()))
    chosen = np.random.default_rng(seed).choice(customers, CUSTOMERS).tolist()
    return shop.run("create_key").secret, [json.dumps({"customer": each, "n": 10}) for each in chosen]


@contextmanager
def server(words: list[str]) -> Iterator[int]:
    """A server in a process of its own; gives its port once it answers there."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    process = subprocess.Popen([*words, str(port)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        for _ in range(600):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.1)
        yield port
    finally:
        process.terminate()
        process.wait(30)


def ask(port: int, key: str, body: str) -> bytes:
    """One answer."""
    headers = {"Content-Type": "application/json", "Authorization": f"Bearer {key}"}
    with urlopen(Request(f"http://127.0.0.1:{port}{PATH}", body.encode(), headers)) as reply:
        return bytes(reply.read())


def load(port: int, key: str, bodies: list[str], connections: int, seconds: float) -> dict[str, float]:
    """What the load generator measured in one round, after half a second to warm up."""
    words = [sys.executable, str(ROOT / "benchmarks" / "load.py"), "--port", str(port), "--path", PATH]
    words += ["--header", f"Authorization: Bearer {key}", "--connections", str(connections)]
    words += [word for body in bodies for word in ("--body", body)]
    for length in (0.5, seconds):
        ran = subprocess.run([*words, "--seconds", str(length)], check=True, capture_output=True, text=True)
    measured: dict[str, float] = json.loads(ran.stdout)
    return measured


def rows(found: list[dict[str, dict[str, float]]], given: Any, source: Path) -> Iterator[Row]:
    """The medians over the rounds, with the quarter and three quarters of them as the spread of what is compared."""
    facts: dict[str, Any] = {
        "benchmark": NAME, "dataset": DATASET, "version": "", "seeds": (given.seed,), "data_sha256": data_sha256(source),
        "protocol": f"one process each, {given.connections} connections, {given.rounds} rounds of {given.seconds:g} s in turn",
    }  # fmt: skip
    for name in found[0]:
        for metric, part, unit in (("requests/s", "per_second", 1), ("p50 ms", "p50", 1e3), ("p99 ms", "p99", 1e3)):
            values = [each[name][part] * unit for each in found]
            yield Row(system=name, metric=metric, value=statistics.median(values), **facts)
    shares = [each["mercer"]["per_second"] / each["bare FastAPI"]["per_second"] for each in found]
    low, _, high = statistics.quantiles(shares, n=4)
    yield Row(system="mercer", metric="share of bare", value=statistics.median(shares), low=low, high=high, **facts)


if __name__ == "__main__":
    main()
