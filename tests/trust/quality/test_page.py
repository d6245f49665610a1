"""The page stands for itself: one file, two languages, nothing asked of any other machine."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from html.parser import HTMLParser

import pytest

from mercer.trust.quality.finding import CheckReport, TableLook
from mercer.trust.quality.page import page

NOW = datetime(2026, 6, 1, 8, 30, tzinfo=UTC)
VOID = {"meta", "br", "link", "img", "input", "hr"}


class Shape(HTMLParser):
    """Notes which tags are open, and every attribute."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.attributes: list[tuple[str, str, str | None]] = []

    def handle_starttag(self, tag, attrs):
        self.attributes += [(tag, name, value) for name, value in attrs]
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


@pytest.fixture
def report(look_at):
    products = [{"product_id": "<script>alert(1)</script>", "title": None}, {"product_id": "POST", "title": "Postage"}]
    events = [
        {
            "event_id": "e1",
            "event_name": "view_item",
            "occurred_at": NOW,
            "visitor_id": "v",
            "product_id": "POST",
            "session_id": "s",
        }
    ]
    findings = tuple(look_at({"products": products, "events": events}, NOW).values())
    counts = {level: sum(each.severity == level for each in findings) for level in ("high", "medium", "low", "note")}
    tables = (
        TableLook(table="products", rows=2),
        TableLook(table="events", rows=1, first=datetime(2026, 1, 1, tzinfo=UTC), last=NOW),
    )
    return CheckReport(
        shop="Tea & <co>", checked_at=NOW, seconds=0.1, checks=9, findings=findings, tables=tables, **counts
    )


def test_it_is_whole_html(report):
    """Every tag that opens closes, in order."""
    shape = Shape()
    shape.feed(page(report))
    assert shape.open == []


def test_nothing_is_asked_of_another_machine(report):
    """No address of a script, a style, a picture or a font; and the page forbids itself to load any."""
    shape = Shape()
    shape.feed(page(report))
    assert not [each for each in shape.attributes if each[1] in ("src", "srcset") or (each[0] == "link")]
    assert all(value.startswith("#") for tag, name, value in shape.attributes if name == "href")
    assert "default-src 'none'" in page(report)
    assert not re.search(r"url\(|@import|https?://", page(report))


def test_what_stands_in_the_data_is_text(report):
    """A product id that looks like a script is shown, not run."""
    assert "<script>alert" not in page(report)
    assert "&lt;script&gt;alert" in page(report)
    assert "Tea &amp; &lt;co&gt;" in page(report)


def test_it_opens_in_the_language_asked_for(report):
    """Both languages are in the page; which of them is shown first is said on its root."""
    assert 'lang="en" data-language="en"' in page(report, "en")
    assert 'lang="zh-CN" data-language="zh"' in page(report, "zh-CN")
    for text in ("have no title", "没有标题"):
        assert text in page(report)


def test_every_finding_is_there(report):
    """Each finding with its code, its repair, and the command where Mercer can do it."""
    for finding in report.findings:
        assert finding.code in page(report)
    assert "mercer check SHOP --repair services.among_products" in page(report)


def test_a_clean_shop_is_told_so():
    """Where nothing was found, the page says that, in both languages."""
    clean = page(CheckReport(shop="tea", checked_at=NOW, seconds=0.1, checks=9))
    assert "Nothing was found" in clean
    assert "没有发现问题" in clean
