"""Asking a shop: the answer, its decision, its retries, and what models see of people."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from mercer import Shop
from mercer.core.errors import Conflict, Invalid, NotFound, NotReady


def test_an_answer_names_its_model_and_its_decision(trained: Path) -> None:
    """The answer carries the model's version, and the decision log holds what was asked and answered."""
    with Shop.open(trained) as shop:
        answer = shop.ask("recommend", customer="c2", n=3)
        kept = shop.run("explain_decision", decision_id=answer.decision_id)
    assert len(answer.items) == 3
    assert answer.model == f"popular@{shop.registry.chosen('recommend_products')}"
    assert kept.request["customer"] == "c2"
    assert kept.request["n"] == 3
    assert kept.response["items"] == [item.model_dump(mode="json") for item in answer.items]
    assert (kept.channel, kept.model, kept.customer) == ("python", answer.model, "c2")


def test_a_stranger_gets_an_answer(trained: Path) -> None:
    """A customer whom the shop does not know is no error."""
    with Shop.open(trained) as shop:
        assert shop.ask("recommend_products", customer="nobody", visitor="neither", n=2).items


def test_models_see_pseudonyms_only(trained: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A known customer reaches the model as a pseudonym, an unknown one as the stranger that all unknown ones are."""
    seen: list[str | None] = []
    with Shop.open(trained) as shop:
        model = shop.desk("recommend_products").live.now().model
        answer = model.answer
        monkeypatch.setattr(
            model, "answer", lambda requests: (seen.extend(r.customer for r in requests), answer(requests))[1]
        )
        kind = shop.operations()["recommend_products"].input
        shop.ask_many("recommend_products", [kind(customer="c1"), kind(), kind(customer="new"), kind(customer="newer")])
        shop.ask("recommend_products", customer="c1")
        known = shop.store.pseudonyms.known("c1")
    assert known is not None
    assert seen == [known, None, "stranger", "stranger", known]


def test_asking_again_with_a_request_id_answers_the_same(trained: Path) -> None:
    """A retry gets the recorded answer, and only one decision is kept."""
    with Shop.open(trained) as shop:
        before = shop.store.rows("decisions")
        first = shop.ask("recommend_products", customer="c1", request_id="r-1")
        again = shop.ask("recommend_products", customer="c1", request_id="r-1")
        kept = shop.store.rows("decisions") - before
    assert again == first
    assert kept == 1


def test_a_request_id_belongs_to_one_question(trained: Path) -> None:
    """The same request_id with another question is a conflict."""
    with Shop.open(trained) as shop:
        shop.ask("recommend_products", customer="c1", request_id="r-1")
        with pytest.raises(Conflict, match="r-1"):
            shop.ask("recommend_products", customer="c2", request_id="r-1")


def test_a_request_id_twice_in_a_batch(trained: Path) -> None:
    """Within one batch the later question with the same request_id gets the first one's answer, or a conflict."""
    with Shop.open(trained) as shop:
        kind = shop.operations()["recommend_products"].input
        first, other, again, wrong = shop.ask_many(
            "recommend_products",
            [kind(customer="c1", request_id="a"), kind(customer="c1"), kind(customer="c1", request_id="a"),
             kind(customer="c3", request_id="a")],
        )  # fmt: skip
    assert again == first
    assert isinstance(wrong, Conflict)
    assert other.decision_id != first.decision_id


def test_retries_at_the_same_time_keep_one_decision(trained: Path) -> None:
    """Many threads that ask with one request_id leave one decision, which all of them name."""
    with Shop.open(trained) as shop, ThreadPoolExecutor(8) as threads:
        shop.ask("recommend_products")
        before = shop.store.rows("decisions")
        asked = [threads.submit(shop.ask, "recommend_products", customer="c1", request_id="same") for _ in range(24)]
        ids = {each.result().decision_id for each in asked}
        assert shop.store.rows("decisions") - before == 1
    assert len(ids) == 1


def test_a_batch_equals_one_by_one(trained: Path) -> None:
    """Asking many at once gives each the answer it would have got alone."""
    with Shop.open(trained) as shop:
        kind = shop.operations()["recommend_products"].input
        requests = [kind(customer=f"c{number}", n=number % 5 + 1) for number in range(12)]
        together = shop.ask_many("recommend_products", requests)
        alone = [shop.ask("recommend_products", request) for request in requests]
    assert [each.items for each in together] == [each.items for each in alone]


def test_one_bad_question_spoils_no_other(trained: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the model cannot answer one question of a batch, the others are answered all the same."""
    with Shop.open(trained) as shop:
        model = shop.desk("recommend_products").live.now().model
        answer = model.answer

        def fragile(requests: list[object]) -> object:
            if any(request.n == 7 for request in requests):  # type: ignore[attr-defined]
                raise ZeroDivisionError
            return answer(requests)

        monkeypatch.setattr(model, "answer", fragile)
        kind = shop.operations()["recommend_products"].input
        good, bad, fine = shop.ask_many("recommend_products", [kind(n=1), kind(n=7), kind(n=2)])
        with pytest.raises(ZeroDivisionError):
            shop.ask("recommend_products", n=7)
    assert (len(good.items), len(fine.items)) == (1, 2)
    assert isinstance(bad, ZeroDivisionError)


def test_wrong_fields_are_named(trained: Path) -> None:
    """What is wrong in a question is named field by field."""
    with Shop.open(trained) as shop, pytest.raises(Invalid) as caught:
        shop.ask("recommend_products", n=0, custumer="c1")
    assert {fault.field for fault in caught.value.faults} == {"n", "custumer"}


def test_an_unknown_operation_lists_those_there_are(trained: Path) -> None:
    """Asking for an operation that is not there names those that are."""
    with Shop.open(trained) as shop, pytest.raises(NotFound) as caught:
        shop.run("recomend")
    assert "recommend_products" in caught.value.hint.en


def test_before_training_there_is_no_model(tmp_path: Path) -> None:
    """A question before any training says which command trains."""
    with Shop.create(tmp_path / "new") as shop, pytest.raises(NotReady) as caught:
        shop.ask("recommend_products")
    assert "mercer train" in caught.value.hint.en
