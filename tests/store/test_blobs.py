import subprocess
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import polars as pl
import pytest

from mercer.core.errors import Conflict, Invalid, NotFound, Unavailable
from mercer.store.blobs import Blobs
from mercer.store.blobs_local import LocalBlobs


def test_what_is_written_is_read_listed_and_deleted(blobs: Blobs) -> None:
    """Names are sorted, prefixes may end within a name, deleting takes a file or a folder."""
    for name in ("a/1.txt", "a/2.txt", "ab/3.txt", "b.txt"):
        blobs.write(name, name.encode())
    assert blobs.read("a/1.txt") == b"a/1.txt"
    blobs.write("a/1.txt", b"new")
    assert blobs.read("a/1.txt") == b"new"
    assert blobs.list() == ["a/1.txt", "a/2.txt", "ab/3.txt", "b.txt"]
    assert blobs.list("a") == ["a/1.txt", "a/2.txt", "ab/3.txt"]
    assert blobs.list("a/") == ["a/1.txt", "a/2.txt"]
    assert blobs.list("none/") == []
    blobs.delete("a")
    assert blobs.list() == ["ab/3.txt", "b.txt"]
    blobs.delete("b.txt")
    blobs.delete("b.txt")
    assert not blobs.exists("b.txt")
    assert blobs.exists("ab/3.txt")
    with pytest.raises(NotFound, match=r"b\.txt"):
        blobs.read("b.txt")


@pytest.mark.parametrize("name", ["../secret", "a/../../secret", "/etc/passwd", "", "a/./b", "a\x00b"])
def test_a_name_cannot_lead_out(blobs: Blobs, name: str) -> None:
    """Whatever is tried is refused, in reading and in writing."""
    for act in (blobs.read, blobs.exists, lambda each: blobs.write(each, b"")):
        with pytest.raises(Invalid, match="leads out"):
            act(name)


def test_a_folder_goes_up_and_comes_down(blobs: Blobs, tmp_path: Path) -> None:
    """With its folders within."""
    (tmp_path / "up" / "model").mkdir(parents=True)
    (tmp_path / "up" / "card.md").write_text("# card")
    (tmp_path / "up" / "model" / "w.npz").write_bytes(b"\x00\x01")
    blobs.upload(tmp_path / "up", "m/v1")
    assert blobs.list("m/v1/") == ["m/v1/card.md", "m/v1/model/w.npz"]
    blobs.download("m/v1", tmp_path / "down")
    assert (tmp_path / "down" / "model" / "w.npz").read_bytes() == b"\x00\x01"


def test_changes_at_the_same_time_are_none_of_them_lost(blobs: Blobs) -> None:
    """Four threads count to ten in one file."""

    def count(_: int) -> None:
        blobs.change("count", lambda held: str(int(held or 0) + 1).encode())

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(count, range(40)))
    assert blobs.read("count") == b"40"


def test_a_change_that_fails_changes_nothing(blobs: Blobs) -> None:
    """The old content stays."""

    def refuse(_: bytes | None) -> bytes:
        raise Conflict("no")

    blobs.write("count", b"1")
    with pytest.raises(Conflict):
        blobs.change("count", refuse)
    assert blobs.read("count") == b"1"


def test_polars_scans_where_the_files_lie(blobs: Blobs) -> None:
    """The same call for a folder and for an object store."""
    import io

    buffer = io.BytesIO()
    pl.DataFrame({"a": [1, 2]}).write_parquet(buffer)
    blobs.write("parts/x.parquet", buffer.getvalue())
    options = dict(blobs.scan_options) if blobs.scan_options else None
    assert pl.scan_parquet(blobs.scan_address("parts/x.parquet"), storage_options=options).collect()["a"].sum() == 3


@pytest.mark.parametrize("wrong", ["gs://bucket", "http://x", "s3://", "s3://bucket?colour=red"])
def test_other_addresses_are_refused(wrong: str) -> None:
    """With what would be right."""
    with pytest.raises(Invalid) as caught:
        Blobs.open(wrong)
    assert "s3://bucket" in caught.value.hint.en


def test_a_bucket_that_is_not_there_is_named(s3_address: str) -> None:
    """Not 'no such file': the hint speaks of the bucket."""
    missing = Blobs.open("s3://no-such-bucket-here?" + s3_address.partition("?")[2])
    with pytest.raises(Unavailable, match="bucket"):
        missing.write("a", b"")


def test_an_object_store_that_does_not_answer_is_unavailable(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody listens there."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    with pytest.raises(Unavailable, match="does not answer"):
        Blobs.open("s3://shop?endpoint=http://127.0.0.1:1&region=us-east-1").read("a")


FILLS_THE_DISK = """
import resource, sys
from mercer.core.errors import Unavailable
from mercer.store.blobs import Blobs
blobs = Blobs.open(sys.argv[1])
blobs.write("a", b"old")
resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))
try:
    blobs.write("a", b"x" * 100_000)
except Unavailable as error:
    print(error.hint.en)
"""


def test_a_full_disk_leaves_the_old_content(tmp_path: Path, child: Callable[..., subprocess.Popen[str]]) -> None:
    """A process that may write files of 4 KiB only; nothing half-written lies about."""
    out, err = child(FILLS_THE_DISK, str(tmp_path / "blobs")).communicate(timeout=60)
    assert "space" in out, err
    assert [each.name for each in (tmp_path / "blobs").iterdir()] == ["a"]
    assert (tmp_path / "blobs" / "a").read_bytes() == b"old"


def test_a_folder_that_is_there_is_not_overwritten(tmp_path: Path) -> None:
    """Versions are never changed."""
    (tmp_path / "up").mkdir()
    blobs = LocalBlobs(tmp_path / "blobs")
    blobs.upload(tmp_path / "up", "v1")
    with pytest.raises(Conflict):
        blobs.upload(tmp_path / "up", "v1")
