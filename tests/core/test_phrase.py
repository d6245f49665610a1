from mercer.core.errors import NotFound, missing_extra
from mercer.core.phrase import Phrase, same


def test_a_phrase_speaks_both_languages() -> None:
    """Every kind of Chinese reads the Chinese, all others the English."""
    phrase = Phrase("{n} products", "{n} 个商品").format(n=3)
    assert [phrase.say(language) for language in ("en", "de", "zh-CN", "zh-Hant")] == [
        "3 products",
        "3 products",
        "3 个商品",
        "3 个商品",
    ]


def test_a_phrase_within_a_phrase_keeps_its_language() -> None:
    """A value that is a phrase is filled in in its own language."""
    assert Phrase("no {what}", "没有{what}").format(what=Phrase("model", "模型")).zh == "没有模型"


def test_errors_say_what_was_found_and_what_to_do() -> None:
    """A plain string reads the same everywhere; an extra names its command."""
    assert NotFound("x").message == same("x")
    assert "pip install 'mercer[ray]'" in missing_extra("ray", "Ray").hint.en
