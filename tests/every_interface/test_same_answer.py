"""Whoever asks, by whichever door: the same answer, the same refusal, and nothing of this machine from afar."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from doors import DOORS, OWNER_KEY, Given

from mercer import Shop
from mercer.shop.operations import all_operations

OPERATIONS = {name: each for name, each in all_operations().items() if not each.local}

TIME = "2026-02-01T10:00:00Z"
EVENT = {"event_id": "e1", "event_name": "view_item", "occurred_at": TIME, "product_id": "p1", "visitor_id": "v1"}

GIVEN: dict[str, Given] = {
    "recommend_products": {"customer": "c1", "n": 3, "cart": ["p2", "p4"], "exclude": ["p1"], "price_max_minor": 900,
                           "in_stock_only": False, "already_bought": "allow", "request_id": "mine"},
    "record_events": {"events": [EVENT, {**EVENT, "event_id": "e2"}]},
    "upsert_products": {"products": [{"product_id": "p1", "title": "Tea p1"}, {"product_id": "new", "title": "Mug 茶杯"}]},
    "upsert_variants": {"variants": [{"variant_id": "p1", "product_id": "p1", "price_minor": 600}]},
    "upsert_customers": {"customers": [{"customer_id": "c1", "created_at": TIME}]},
    "upsert_orders": {"orders": [{"order_id": "x", "customer_id": "c1", "placed_at": TIME, "status": "completed",
                                  "currency": "EUR", "lines": [{"product_id": "p1", "quantity": 2}]}]},
    "find_decisions": {"customer": "c2", "limit": 2, "since": "2026-01-01T00:00:00Z"},
    "explain_decision": {"decision_id": "DECISION"},
    "forget_customer": {"customer": "c1"},
    "create_key": {"role": "staff", "name": "till 收银台"},
    "list_keys": {},
    "revoke_key": {"key_id": "KEY"},
    "models": {"capability": "recommend_products"},
    "card": {"version": "VERSION"},
    "choose": {"version": "VERSION"},
    "rollback": {},
    "snapshot": {"as_of": "2026-02-01T00:00:00Z"},
    "snapshots": {},
    "status": {},
    "train": {"models": ["popular"], "cases": 100, "publish": False, "seed": 3},
}  # fmt: skip
"""An input that is carried out, for every operation that is offered from afar. A new operation takes a line here."""

DIFFERS = {
    "decision_id",
    "secret",
    "key_id",
    "snapshot",
    "made_at",
    "end",
    "content",
    "seconds",
    "fit_seconds",
    "answer_seconds",
    "peak_mb",
}
"""What two calls never share: ids made by lot, times and measures."""

REFUSED: list[tuple[str, Given, str]] = [
    ("recommend_products", {"n": 0}, "invalid"),
    ("recommend_products", {"n": 201, "price_min_minor": -1}, "invalid"),
    ("recommend_products", {"already_bought": "never"}, "invalid"),
    ("recommend_products", {"customer": "c3", "request_id": "asked"}, "conflict"),
    ("record_events", {"events": [EVENT, {**EVENT, "event_id": ""}]}, "invalid"),
    ("record_events", {"events": [{**EVENT, "quantity": -1}]}, "invalid"),
    ("record_events", {"events": []}, "invalid"),
    ("upsert_products", {"products": [{"product_id": "p1", "colour_of_box": "red"}]}, "invalid"),
    ("upsert_orders", {"orders": [{"order_id": "x"}]}, "invalid"),
    ("find_decisions", {"since": "2026-01-01T00:00:00"}, "invalid"),
    ("explain_decision", {"decision_id": "nobody"}, "not_found"),
    ("revoke_key", {"key_id": "nobody"}, "not_found"),
    ("choose", {"version": "nobody"}, "not_found"),
    ("card", {"version": "nobody"}, "not_found"),
    ("models", {"capability": "nothing"}, "not_found"),
    ("train", {"models": ["nobody"]}, "not_found"),
    ("train", {"only": "nothing"}, "not_found"),
]


@pytest.fixture(scope="session")
def lived_in(trained_template: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, str]]:
    """A shop with two published models, a decision and a key; and how they are called."""
    folder = Path(shutil.copytree(trained_template, tmp_path_factory.mktemp("lived") / "tea"))
    with Shop.open(folder) as shop:
        shop.run("train", models=["popular"], cases=100)
        asked = shop.ask("recommend_products", customer="c2", request_id="asked")
        key = shop.run("create_key", role="public")
        (folder / OWNER_KEY).write_text(shop.run("create_key", role="owner", name="test").secret)
        version = str(shop.registry.chosen("recommend_products"))
    return folder, {"VERSION": version, "DECISION": asked.decision_id, "KEY": key.key_id}


@pytest.fixture
def through(lived_in: tuple[Path, dict[str, str]], tmp_path: Path) -> Callable[[str, Given], dict[str, Any]]:
    """Puts one input through every door, each time to a fresh copy of the same shop."""

    def put(name: str, given: Given) -> dict[str, Any]:
        template, names = lived_in
        given = {field: names.get(value, value) if isinstance(value, str) else value for field, value in given.items()}
        told = {}
        for door, enter in DOORS.items():
            folder = Path(shutil.copytree(template, tmp_path / door / "tea"))
            told[door] = enter(folder, OPERATIONS[name], given)
        return told

    return put


@pytest.mark.parametrize("name", OPERATIONS)
def test_every_door_gives_the_same_answer(name: str, through: Callable[[str, Given], dict[str, Any]]) -> None:
    """Python, the command line with --json, REST and MCP give the same result for the same input."""
    assert name in GIVEN, "a new operation: add an input for it to GIVEN"
    told = through(name, GIVEN[name])
    assert "status" not in told["python"] or name == "status", told["python"]
    for door in DOORS:
        assert same(told[door]) == same(told["python"]), door


@pytest.mark.parametrize(("name", "given", "code"), REFUSED)
def test_every_door_refuses_alike(
    name: str, given: Given, code: str, through: Callable[[str, Given], dict[str, Any]]
) -> None:
    """What is refused is refused everywhere, for the same reason, with the same hint and the same faults."""
    told = through(name, given)
    expected = told["python"]
    assert expected["type"] == f"urn:mercer:error:{code}"
    assert expected["detail"]
    assert expected["hint"]
    for door in DOORS:
        found = {field: value for field, value in told[door].items() if field != "request_id"}
        assert words(found) == words(expected), door


def same(value: Any) -> Any:
    """An answer without what differs from call to call."""
    if isinstance(value, dict):
        return {name: same(each) for name, each in value.items() if name not in DIFFERS}
    if isinstance(value, list):
        return [same(each) for each in value]
    return value


def words(told: Any) -> Any:
    """A problem, without how a refused value is written down: JSON text, a typed word, or a Python value."""
    return {name: each for name, each in told.items() if name not in ("detail", "faults")} | {
        "faults": [(fault["row"], fault["field"], fault["remedy"]) for fault in told.get("faults", ())]
    }
