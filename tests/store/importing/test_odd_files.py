"""Files as they come: odd encodings, broken archives, stray quotes. What can be read is read, the rest refused by its line."""

from __future__ import annotations

import gzip
import io
import json
import lzma
import zipfile
from pathlib import Path

import pytest
from counter import Counter, refused

from mercer.store.importing import csv_rows, json_rows
from mercer.store.importing.run import Import, Options

HEADER = "user_id,item_id,behavior,timestamp\n"


def line(number: int, user: str = "", item: str = "") -> str:
    """A line of a log that is right."""
    return f"{user or f'u{number}'},{item or f'p{number}'},buy,{1_700_000_000 + number}\n"


GOOD = HEADER + "".join(line(number) for number in range(5))
CHINESE = "用户ID,商品ID,行为,时间,商品名称\n张三,1001,购买,2024-01-02 03:04:05,红茶\n李四,1002,点击,2024-01-03,绿茶\n"


@pytest.mark.parametrize(
    ("broken", "faults"),
    [
        pytest.param("u,p,buy\n", [(3, "", "u,p,buy", "3 fields where the header has 4")], id="short"),
        pytest.param("u,p,buy,17,x\n", [(3, "", "u,p,buy,17,x", "5 fields where the header has 4")], id="long"),
        pytest.param("u\x00x,p,buy,1700000000\n", [(3, "user_id", "u\\x00x", "NUL byte")], id="nul"),
        pytest.param('u1,"p1,buy,1700000000\n', [(3, "", 'u1,"p1,buy,1700000000', "not closed")], id="open quote"),
        pytest.param('"u\n1",p1,buy,1700000000\n', [(3, "customer_id", "u\n1", "control character")], id="newline in an id"),
        pytest.param(f"{'u' * 201},p,buy,1700000000\n", [(3, "customer_id", "u" * 80, "longer than 200")], id="long id"),
        pytest.param(f"u,{'x' * 300_000},buy,17\n", [(3, "timestamp", "17", "not a time")], id="huge field, bad time"),
        pytest.param("u,p,buy,=1+1\n", [(3, "timestamp", "'=1+1", "not a time")], id="formula"),
        pytest.param("u,p,buy,99999999999999999999\n", [(3, "timestamp", "9" * 20, "not a time")], id="endless number"),
    ],
)  # fmt: skip
def test_a_broken_line_is_refused_and_its_neighbours_kept(
    counter: Counter, broken: str, faults: list[tuple[int, str, str, str]]
) -> None:
    """The refusal names line, field, what was found and why, in English and in Chinese."""
    (outcome,) = counter.bring(log_csv=HEADER + line(0) + broken + line(1) + line(2))
    found = refused(outcome)
    assert [each[:3] for each in found] == [each[:3] for each in faults]
    assert all(wanted[3] in each[3] for wanted, each in zip(faults, found, strict=True))
    assert all(any("一" <= sign <= "鿿" for sign in each[4]) for each in found)
    assert {row["customer_id"] for row in counter.rows("events", "customer_id")} == {"u0", "u1", "u2"}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "gb18030", "utf-16", "utf-16-le", "utf-16-be"])
def test_chinese_is_read_in_every_encoding_that_spreadsheets_write(counter: Counter, encoding: str) -> None:
    """Columns are recognised and words kept, whatever their bytes."""
    (outcome,) = counter.bring(log_csv=CHINESE.encode(encoding))
    assert (outcome.records, outcome.refused) == (2, 0)
    rows = sorted(counter.rows("events", "customer_id", "event_name"), key=lambda row: row["event_name"])
    assert rows == [
        {"customer_id": "张三", "event_name": "purchase"},
        {"customer_id": "李四", "event_name": "view_item"},
    ]
    assert [row["title"] for row in counter.rows("products", "title")] == ["红茶", "绿茶"]


def test_latin_1_is_told_from_utf_8(counter: Counter) -> None:
    """Accents of Western Europe survive; in a file that is UTF-8 otherwise, a few such bytes spoil their own line only."""
    counter.bring(latin_csv=(HEADER + line(0, "Jörg") + line(1, "Åsa")).encode("latin-1"))
    assert {row["customer_id"] for row in counter.rows("customers")} == {"Jörg", "Åsa"}
    mixed = (HEADER + "".join(line(number, "Bjørn") for number in range(30))).encode() + line(99, "Jörg").encode(
        "latin-1"
    )
    (outcome,) = counter.bring(mixed_csv=mixed)
    assert [each[:3] for each in refused(outcome)] == [(32, "user_id", "J\\xf6rg")]


@pytest.mark.parametrize(
    "written",
    [
        GOOD.replace("\n", "\r\n"), GOOD.replace("\n", "\r"), GOOD.rstrip("\n"), GOOD.replace(",", "\t"), GOOD.replace(",", "|"),
        "sep=;\n" + GOOD.replace(",", ";"), "\ufeff" + GOOD, GOOD.replace("\n", "\n\n"), GOOD.replace("\n", "\n   \n"),
        GOOD.replace("\n", ",\n"), GOOD.replace("user_id", '"user_id"'), GOOD.replace("user_id", "User ID"),
    ],
    ids=["crlf", "cr", "no end", "tab", "bar", "sep", "mark", "empty lines", "blank lines", "comma at the end", "quoted", "spaced"],
)  # fmt: skip
def test_ways_of_writing_a_table(counter: Counter, written: str) -> None:
    """Line ends, delimiters, marks and blank lines change nothing of what is read."""
    (outcome,) = counter.bring(log_csv=written)
    assert (outcome.records, outcome.refused, len(counter.rows("events"))) == (5, 0, 5)


def test_quotes_within_and_around_fields(counter: Counter) -> None:
    """Quoted delimiters, doubled quotes and line ends belong to the text; an inch sign does not open a quote."""
    titles = ["Tea, green", 'the "best" tea', "two\nlines", 'a 5" plate']
    text = 'item_id,title\n1,"Tea, green"\n2,"the ""best"" tea"\n3,"two\nlines"\n4,a 5" plate\n'
    (outcome,) = counter.bring(items_csv=text)
    assert outcome.refused == 0
    assert [row["title"] for row in counter.rows("products", "title")] == titles


def test_a_field_of_megabytes_holds_up_nobody(counter: Counter) -> None:
    """It is refused by its length, and what follows is read; an open quote gives up after a while."""
    long = f'{line(0)}u,"{"x " * 1_500_000}",buy,1700000000\n{line(1)}'
    (outcome,) = counter.bring(log_csv=HEADER + long)
    assert [(each[0], each[1], each[3]) for each in refused(outcome)] == [
        (3, "product_id", "longer than 200 characters")
    ]
    assert len(counter.rows("events")) == 2


@pytest.mark.parametrize("pack", [gzip.compress, lzma.compress], ids=["gz", "xz"])
def test_an_archive_that_breaks_off_gives_what_can_be_had(counter: Counter, pack: object) -> None:
    """The report says that it is damaged; the whole file, later, is not taken for one that was imported."""
    assert callable(pack)
    whole = pack((HEADER + "".join(line(number) for number in range(20_000))).encode())
    (outcome,) = counter.bring(log_gz=whole[: len(whole) * 2 // 3])
    assert outcome.problem is not None
    assert "ends too early" in outcome.problem.en
    assert 1000 < len(counter.rows("events", "event_id")) < 20_000
    (mended,) = counter.bring(log_gz=whole)
    assert (mended.already, mended.problem) == (False, None)
    assert len(counter.rows("events", "event_id")) == 20_000


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "empty"), (gzip.compress(b""), "empty"), (b"\n \n\n", "blank"), (b"\x1f\x8bgarbage", "damaged"),
        (b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 20, "not a text file"), (b"PAR1" + bytes(50), "damaged Parquet"),
        (b'{"a":' + b"[" * 100_000, "no JSON object"), (b"PK\x03\x04" + bytes(50), "damaged zip"),
        (b"PK\x03\x04" + bytes(26) + b"[Content_Types].xml", "save it as CSV"), (b"\x28\xb5\x2f\xfd" + bytes(9), ""),
    ],
    ids=["empty", "empty gz", "blank", "no gz", "picture", "no parquet", "deep json", "no zip", "office", "no zst"],
)  # fmt: skip
def test_what_is_no_data_is_named(counter: Counter, content: bytes, says: str) -> None:
    """It has a problem, in both languages, and nothing is written."""
    (outcome,) = counter.bring(odd_dat=content)
    assert outcome.layout is None
    assert outcome.problem is not None
    assert says in outcome.problem.en
    assert outcome.problem.zh != outcome.problem.en
    assert counter.everything() == {}


def test_a_header_alone_is_an_import_of_nothing(counter: Counter) -> None:
    """No rows, no error."""
    (outcome,) = counter.bring(log_csv=HEADER)
    assert (outcome.layout is not None, outcome.records, outcome.problem) == (True, 0, None)


def test_columns_of_one_name_are_told_apart(counter: Counter) -> None:
    """The first of them counts; a column without a name is left alone."""
    (outcome,) = counter.bring(log_csv="user_id,item_id,item_id,,timestamp\nu1,a,b,x,1700000000\nu1,,b,,1700000000\n")
    assert [each[:3] for each in refused(outcome)] == [(3, "item_id", "")]
    assert [row["product_id"] for row in counter.rows("events", "product_id")] == ["a"]


def test_ids_that_pandas_took_for_numbers(counter: Counter) -> None:
    """17850.0, from a column with gaps, is customer 17850; a column of true decimals stays as it is."""
    counter.bring(log_csv="user_id,item_id,timestamp\n17850.0,85123.0,1700000000\n,71053.0,1700000001\n")
    assert [row["customer_id"] for row in counter.rows("customers")] == ["17850"]
    assert [row["product_id"] for row in counter.rows("products")] == ["71053", "85123"]
    counter.bring(other_csv="user_id,item_id,timestamp\n1,1.5,1700000000\n1,2.0,1700000000\n")
    assert {row["product_id"] for row in counter.rows("products")} >= {"1.5", "2.0"}


def test_archives_and_folders_are_walked(counter: Counter) -> None:
    """Every file in them, but hidden ones and what a Mac adds."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("export/log.csv", GOOD)
        archive.writestr("__MACOSX/export/._log.csv", "x")
    folder = counter.folder / "export"
    (folder / ".hidden").mkdir(parents=True)
    (folder / "all.zip").write_bytes(packed.getvalue())
    (folder / ".hidden" / "log.csv").write_text(GOOD)
    found = Import(counter.store, counter.folder / "rejects", Options()).run([folder])
    assert [each.look.source.name for each in found] == ["all.zip/export/log.csv"]
    assert len(counter.rows("events")) == 5


def test_a_member_that_cannot_be_unpacked_does_not_stop_the_others(counter: Counter) -> None:
    """An encrypted or damaged file in an archive is named, and its neighbours are imported."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in ("a.csv", "locked.csv", "z.csv"):
            archive.writestr(name, GOOD.replace("u0", name))
    content = bytearray(packed.getvalue())
    for start in (content.find(b"locked.csv") - 30, content.rfind(b"locked.csv") - 46):
        content[start + (6 if start < 200 else 8)] |= 1  # the flag of encryption, beside the data and in the directory
    found = {each.look.source.member: each for each in counter.bring(all_zip=bytes(content))}
    assert [each.layout is not None for each in found.values()] == [True, False, True]
    problem = found["locked.csv"].problem
    assert problem is not None
    assert "cannot be unpacked" in problem.en


@pytest.mark.parametrize("spread", ["lines", "array", "indented", "wrapped", "marked"])
def test_ways_of_writing_json(counter: Counter, spread: str) -> None:
    """JSON lines, an array, objects over several lines, a list within an object."""
    records = [{"user_id": "u", "item_id": number, "timestamp": 1_700_000_000 + number} for number in range(5)]
    text = {
        "lines": "\n".join(map(json.dumps, records)), "array": json.dumps(records), "indented": json.dumps(records, indent=2),
        "wrapped": json.dumps({"data": records}), "marked": "\ufeff" + "\n".join(map(json.dumps, records)),
    }[spread]  # fmt: skip
    (outcome,) = counter.bring(log_json=text)
    assert (outcome.records, outcome.refused, len(counter.rows("events"))) == (5, 0, 5)


def test_json_that_breaks_off(counter: Counter) -> None:
    """The last object is refused, those before it are kept."""
    text = json.dumps([{"user_id": "u", "item_id": number, "timestamp": 1_700_000_000} for number in range(5)])
    (outcome,) = counter.bring(log_json=text[:-30])
    assert (outcome.records, outcome.refused, len(counter.rows("events"))) == (5, 1, 4)


def test_the_size_of_the_pieces_changes_nothing(monkeypatch: pytest.MonkeyPatch, counter: Counter) -> None:
    """However small the pieces in which a file is read, the rows and their lines are the same."""
    odd = GOOD + 'u9,"p,9",buy,1700000009\nbad\n' + line(11)
    (whole,) = counter.bring(log_csv=odd)
    before, refusals = counter.everything(), refused(whole)
    for size in (1, 7, 64):
        monkeypatch.setattr(csv_rows.read_csv, "__defaults__", (size,))
        monkeypatch.setattr(json_rows.read_json, "__defaults__", (size,))
        (again,) = counter.bring(log_csv=odd, again=True)
        assert counter.everything() == before
        assert refused(again) == refusals


def test_rejects_are_written_where_nobody_loses_them(counter: Counter) -> None:
    """Two imports within one second have two files; a formula that a spreadsheet would run is disarmed."""
    broken = HEADER + '"=HYPERLINK(""http://x"")",p,buy,never\n'
    options = Options()
    (first,) = counter.bring(log_csv=broken, options=options)
    (second,) = counter.bring(log_csv=broken, options=options, again=True)
    assert isinstance(first.rejects, Path)
    assert isinstance(second.rejects, Path)
    assert first.rejects != second.rejects
    assert first.rejects.read_bytes().startswith(b"\xef\xbb\xbf")
