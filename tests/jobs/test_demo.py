"""The demo: a shop from nothing to answers, and the truth that only a made-up shop can tell about them."""

from __future__ import annotations

import re
import socket
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from mercer.core.errors import Conflict
from mercer.jobs.demo import CAPABILITY, DemoReport, demo
from mercer.shop import Shop
from mercer.simulate.truth import Truth

SMALL: dict[str, Any] = {"products": 300, "customers": 1200, "days": 100, "serve": False}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("demo") / "shop"


@pytest.fixture(scope="module")
def report(folder: Path) -> DemoReport:
    """A small demo, gone through once for all tests here."""
    return demo(folder, **SMALL)


def test_it_goes_the_whole_way(report: DemoReport, folder: Path) -> None:
    """Simulate, import, check, train, ask: each step says how long it took and what came of it, in both languages."""
    assert [each.step for each in report.steps] == ["simulate", "import", "check", "train", "ask"]
    assert all(each.seconds > 0 for each in report.steps)
    assert all(re.search("[一-鿿]", each.outcome_zh) and each.outcome for each in report.steps)
    imported = report.steps[1].outcome
    assert imported.startswith("300 products, ")
    assert imported.endswith("; 0 rows refused")
    assert "<html" in (folder / "data-check.html").read_text(encoding="utf-8")


def test_the_shop_is_whole(report: DemoReport, folder: Path) -> None:
    """Everything that was exported is in the store: catalogue, orders, reviews and events, and nothing grave is found in it."""
    with Shop.open(folder) as shop:
        assert all(
            shop.store.rows(table) for table in ("products", "variants", "orders", "order_lines", "reviews", "events")
        )
    assert report.steps[2].outcome.startswith("found 0 high, 0 medium")


def test_something_better_than_popularity_is_chosen(report: DemoReport) -> None:
    """The leaderboard shows the baseline and what beat it, with an interval above zero."""
    rows = {each.model: each for each in report.leaderboard}
    chosen = next(each for each in report.leaderboard if each.chosen)
    assert rows["popular"].gain is None
    assert chosen.model != "popular"
    assert chosen.gain_low is not None
    assert chosen.gain_low > 0


def test_questions_are_answered_in_both_languages(report: DemoReport) -> None:
    """Each of the questions has three products, each with a title and a reason in the language of the question."""
    chinese = 0
    for question, answers in report.answers.items():
        asked_in_chinese = bool(re.search("[一-鿿]", question))
        chinese += asked_in_chinese
        assert len(answers) == 3
        for each in answers:
            assert " | " not in each.product
            assert bool(re.search("[一-鿿]", each.product)) == asked_in_chinese
            assert bool(re.search("[一-鿿]", each.why)) == asked_in_chinese
    assert 0 < chinese < len(report.answers)


def test_it_proposes_what_to_try(report: DemoReport, folder: Path) -> None:
    """The command lines name the shop, and nothing is served when that was not asked for."""
    assert report.next[0].startswith(f"mercer recommend {folder} --goes-with ")
    assert report.next[-1] == f"mercer serve {folder}"
    assert report.then is None


def test_people_like_what_is_recommended(report: DemoReport, folder: Path) -> None:
    """By the truth, which no model has seen, what regulars are shown is far likelier to be looked at than what is popular."""
    truth = Truth.load(folder / "truth")
    places = {name: place for place, name in enumerate(truth.products)}
    with Shop.open(folder) as shop:
        lines = shop.store.frame("order_lines", ["customer_id", "product_id"]).drop_nulls()
        counts = lines["customer_id"].value_counts().sort("count", "customer_id", descending=[True, False])
        regulars = counts.filter(counts["count"] >= 3)["customer_id"].to_list()[:150]
        popular = lines["product_id"].value_counts().sort("count", "product_id", descending=[True, False])
        answers = [shop.ask(CAPABILITY, customer=each, n=10) for each in regulars]
    assert len(regulars) > 50
    top = [places[each] for each in popular["product_id"].to_list()[:10]]
    shown = [[places[item.product_id] for item in answer.items] for answer in answers]  # type: ignore[attr-defined]

    chances = truth.preference(regulars, day=SMALL["days"] - 1)
    clicked = np.mean([chances[row, products].mean() for row, products in enumerate(shown)])
    assert clicked > 1.6 * chances[:, top].mean()
    assert clicked > 4 * chances.mean()


def test_again_it_uses_what_is_there(report: DemoReport, folder: Path) -> None:
    """A second demo in the same folder neither simulates nor trains again, and answers the same."""
    again = demo(folder, **SMALL)
    assert [each.step for each in again.steps] == ["import", "check", "train", "ask"]
    assert again.answers == report.answers
    assert [each.model for each in again.leaderboard] == [each.model for each in report.leaderboard]
    with Shop.open(folder) as shop:
        assert len(shop.registry.versions(CAPABILITY)) == 1


def test_at_the_end_it_serves(report: DemoReport, folder: Path) -> None:
    """Serving comes last, with a line for curl that carries a key which the shop knows."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    told = demo(folder, **{**SMALL, "serve": True}, port=port)
    assert told.then is not None
    assert (told.then.operation, told.then.given["port"]) == ("serve", port)
    curl = next(each for each in told.next if each.startswith("curl "))
    assert f"http://127.0.0.1:{port}/v1/{CAPABILITY}" in curl
    with Shop.open(folder) as shop:
        key = shop.store.keys.check(re.search(r"Bearer ([^']+)'", curl)[1])  # type: ignore[index]
    assert key is not None
    assert key.role == "public"


def test_a_taken_port_is_told_at_once(tmp_path: Path) -> None:
    """Before anything is made, not after two minutes."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(Conflict, match="listens at port"):
            demo(tmp_path / "shop", port=taken.getsockname()[1])
    assert not (tmp_path / "shop").exists()
