"""Rows to write, and an object store that speaks S3."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import polars as pl
import pytest

from mercer.core.tables import table
from mercer.store.blobs import Blobs
from mercer.store.schema import frame_schema

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


@pytest.fixture(scope="session")
def rows() -> Callable[..., pl.DataFrame]:
    """``rows("events", event_id=["a", "b"], event_name="view_item")``: a typed frame; single values are repeated."""

    def make(name: str, /, **columns: Any) -> pl.DataFrame:
        height = max((len(each) for each in columns.values() if isinstance(each, list)), default=1)
        full = {key: value if isinstance(value, list) else [value] * height for key, value in columns.items()}
        return pl.DataFrame(full, schema=frame_schema(table(name), columns), strict=False)

    return make


@pytest.fixture(scope="session")
def events(rows: Callable[..., pl.DataFrame]) -> Callable[..., pl.DataFrame]:
    """``events("a", "b", customer="ann")``: views of products at noon."""

    def make(*ids: str, at: datetime = NOON, customer: str | None = "ann", **columns: Any) -> pl.DataFrame:
        given = {"event_name": "view_item", "occurred_at": at, "customer_id": customer, **columns}
        return rows("events", event_id=list(ids), **given)

    return make


@pytest.fixture(scope="session")
def s3_server() -> Iterator[str]:
    """The address of an object store of our own."""
    server_module = pytest.importorskip("moto.server", reason="needs pip install 'mercer[dev]'")
    server = server_module.ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def s3_address(s3_server: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """A new bucket, and a prefix in it."""
    import httpx

    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    bucket = f"shop-{uuid4().hex[:12]}"
    httpx.put(f"{s3_server}/{bucket}").raise_for_status()
    return f"s3://{bucket}/tea/shop?endpoint={s3_server}&region=us-east-1"


@pytest.fixture(params=["folder", "s3"])
def blobs_address(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of an empty place for files, of both kinds."""
    return str(tmp_path / "blobs") if request.param == "folder" else str(request.getfixturevalue("s3_address"))


@pytest.fixture
def blobs(blobs_address: str) -> Blobs:
    """An empty place for files, of both kinds."""
    return Blobs.open(blobs_address)


@pytest.fixture(scope="session")
def child() -> Callable[..., subprocess.Popen[str]]:
    """Starts another Python on a program with arguments."""

    def start(program: str, *arguments: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-c", program, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )

    return start
