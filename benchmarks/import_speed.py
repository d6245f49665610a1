"""How long importing a shop takes, and in how much memory, beside the bare floor: Polars parses, SQLite takes the rows.

The floor reads the files with Polars, as text, and hands their rows to one ``executemany`` in one transaction of a plain
table without key or index: no types, no checks, no tables of a shop, no rows told apart from earlier ones. Both start in a
fresh process, with what they import loaded and an empty database in place; both are durable in the same way (WAL). They
take turns, so that a busy machine slows down both.

python benchmarks/import_speed.py                                     the public sets
python benchmarks/import_speed.py --data DIR --layout own/orders      whatever lies in DIR, as that layout
"""

from __future__ import annotations

import argparse
import bz2
import gzip
import lzma
import sqlite3
import statistics
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path

from common import Row, Step, apart, arguments, data_sha256, finish, require, tell, timed

NAME = "import_speed"
PROTOCOL = "all rows, empty shop, fresh process"
SETS = {"online-retail": "GBP", "olist": "BRL", "retailrocket": "EUR"}
OPEN: dict[str, Callable[..., object]] = {".xz": lzma.open, ".gz": gzip.open, ".bz2": bz2.open}


def main(words: Sequence[str] | None = None) -> None:
    """Measure every set, or what lies in --data; the steps of a measurement call this script again."""
    parser = arguments(__doc__ or "")
    parser.add_argument(
        "--layout", help="the layout of the files in --data, such as own/orders; told by their columns by default"
    )
    parser.add_argument("--repeats", type=int, default=5, help="measurements of each system; the median counts")
    parser.add_argument("--only", choices=tuple(SETS), help="one of the public sets")
    parser.add_argument("--step", choices=tuple(STEPS), help=argparse.SUPPRESS)
    parser.add_argument("--files", nargs="*", type=Path, default=[], help=argparse.SUPPRESS)
    given = parser.parse_args(words)
    if given.step:
        STEPS[given.step](given)
        return
    require(given.data)
    public = {name: given.data / name for name in SETS if given.only in (None, name) and (given.data / name).is_dir()}
    rows = [
        row
        for name, folder in (public or {given.data.name: given.data}).items()
        for row in measure(name, folder, given)
    ]
    finish(NAME, rows, given)


def measure(dataset: str, folder: Path, given: argparse.Namespace) -> list[Row]:
    """The rows of one set."""
    files = sorted(each for each in folder.rglob("*") if each.is_file()) if folder.is_dir() else [folder]
    with tempfile.NamedTemporaryFile() as warmed:
        warmed.write(b"".join(each.read_bytes() for each in files))  # so that the first one does not wait for the disk
    runs: dict[str, list[Step]] = {"mercer": [], "floor": []}
    for turn in range(given.repeats):
        for system, held in sorted(runs.items(), reverse=turn % 2 == 1):
            print(f"{dataset}: {system}, {turn + 1} of {given.repeats}", file=sys.stderr)
            held.append(_step(system, files, dataset, given.layout))
    ratios = [ours.seconds / floor.seconds for ours, floor in zip(runs["mercer"], runs["floor"], strict=True)]
    base = Row(NAME, dataset, PROTOCOL, "", "", "", 0.0, data_sha256=data_sha256(*files))
    rows = []
    for system, steps in runs.items():
        peak = statistics.median(each.peak_mb for each in steps)
        mine = replace(base, system=system, version=steps[0].told["version"], peak_mb=peak)
        seconds = [each.seconds for each in steps]
        rows.append(
            replace(mine, metric="seconds", value=statistics.median(seconds), low=min(seconds), high=max(seconds))
        )
        rows.append(replace(mine, metric="records", value=steps[0].told["records"]))
        if system == "mercer":
            rows.append(
                replace(
                    mine, metric="times the floor", value=statistics.median(ratios), low=min(ratios), high=max(ratios)
                )
            )
    return rows


def _step(system: str, files: Sequence[Path], dataset: str, layout: str | None) -> Step:
    words = ["--step", system, "--only", dataset] if dataset in SETS else ["--step", system]
    words += ["--layout", layout] if layout else []
    return apart(__file__, *words, "--files", *(str(each) for each in files))


def ours(given: argparse.Namespace) -> None:
    """Import the files as ``mercer import`` does."""
    import mercer.store.importing.run  # noqa: F401 - loaded before the clock runs
    from mercer import Shop

    with tempfile.TemporaryDirectory() as folder:
        shop = Shop.create(Path(folder) / "shop", currency=SETS.get(given.only, "EUR"))
        shop.store.rows("orders")  # the database is there, as it is for the floor
        report, seconds = timed(
            lambda: shop.run("import_data", files=[str(each) for each in given.files], layout=given.layout)
        )
        shop.close()
    tell(seconds, {"version": version("mercer"), "records": sum(each.records for each in report.files)})


def floor(given: argparse.Namespace) -> None:
    """Parse the files and insert their rows, and nothing else."""
    import polars as pl

    with tempfile.TemporaryDirectory() as folder:
        connection = sqlite3.connect(Path(folder) / "floor.db", isolation_level=None)
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=NORMAL")

        def work() -> int:
            return sum(_floor_of(connection, f"t{place}", path) for place, path in enumerate(given.files))

        records, seconds = timed(work)
        connection.close()
    tell(seconds, {"version": f"Polars {pl.__version__}, SQLite {sqlite3.sqlite_version}", "records": records})


def _floor_of(connection: sqlite3.Connection, table: str, path: Path) -> int:
    import polars as pl

    opened = OPEN.get(path.suffix, open)(path, "rb")
    with opened as file:  # type: ignore[attr-defined]
        frame = pl.read_csv(file.read(), infer_schema=False)
    names = ", ".join(f'"{name}" TEXT' for name in frame.columns)
    connection.execute(f"CREATE TABLE {table} ({names})")
    marks = ", ".join("?" * frame.width)
    connection.execute("BEGIN")
    columns = (column.to_list() for column in frame.iter_columns())  # faster than the frame's own rows
    connection.executemany(f"INSERT INTO {table} VALUES ({marks})", zip(*columns, strict=True))
    connection.execute("COMMIT")
    return frame.height


STEPS: dict[str, Callable[[argparse.Namespace], None]] = {"mercer": ours, "floor": floor}

if __name__ == "__main__":
    main()
