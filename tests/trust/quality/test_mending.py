"""Texts that were garbled are put right, and texts that were not are left alone."""

from __future__ import annotations

import pytest

from mercer.trust.quality.mending import mend_control, mend_gbk, mend_markup, mend_mojibake, mend_space


@pytest.mark.parametrize(
    ("garbled", "meant"),
    [
        ("CafÃ©", "Café"),
        ("donâ€™t", "don’t"),
        ("5â‚¬", "5€"),
        ("ä¸\xadæ–‡", "中文"),
        ("Ñ‡Ð°Ð¹", "чай"),  # Cyrillic
        ("kettle ðŸ«–", "kettle 🫖"),
        ("ÃœberraschungstÃ¼te", "Überraschungstüte"),
        ("20Â°C", "20°C"),
    ],
)
def test_mojibake(garbled, meant):
    """UTF-8 that was read as Windows-1252."""
    assert mend_mojibake(garbled) == meant


@pytest.mark.parametrize(
    "right",
    [
        "Café",
        "PÃO DE QUEIJO",
        "MENÜ“",
        "„Grüße“",
        "naïve – façade",
        "中文",
        "Ångström",
        "À la carte, 5 €",
        "Größe: groß”",
    ],
)
def test_what_is_right_stays(right):
    """Words of European languages, quoted in any way, and Chinese are not touched."""
    assert mend_mojibake(right) == right
    assert mend_gbk(right) == right


@pytest.mark.parametrize(("garbled", "meant"), [("ÖÐÎÄ", "中文"), ("²èºø set", "茶壶 set"), ("ÂÌ²è 250g", "绿茶 250g")])
def test_gbk(garbled, meant):
    """Chinese in GBK that was read as Latin-1."""
    assert mend_gbk(garbled) == meant


@pytest.mark.parametrize(
    ("marked", "plain"),
    [
        ("<p>Salt &amp; pepper</p>", "Salt & pepper"),
        ("Size&nbsp;M<br/>blue", "Size\xa0M blue"),
        ("&#39;Alder&#39;", "'Alder'"),
        ("2 < 3 and 5 > 4", "2 < 3 and 5 > 4"),
        ("Tom & Jerry", "Tom & Jerry"),
    ],
)
def test_markup(marked, plain):
    """Tags and entities go; signs of comparison and a plain ampersand stay."""
    assert mend_markup(marked) == plain


def test_unseen_characters_and_blanks():
    """Zero-width blanks and byte-order marks go, a joined emoji stays whole; blanks become single."""
    assert mend_control("\ufeffket\u200btle") == "kettle"
    assert mend_control("👩\u200d🍳") == "👩\u200d🍳"
    assert mend_space("  Red   kettle ") == "Red kettle"
