import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from threading import Thread

from mercer.store.decisions import Decision
from mercer.store.store import Store

NOON = datetime(2026, 1, 1, 12, 0, 0, 1, tzinfo=UTC)
FIRST = Decision("d1", "r1", "recommend_products", "ease", "v1", "rest", "ann", None, "{}", '{"n": 1}', 0.01, NOON)


def test_a_decision_is_found_by_its_id_and_by_the_askers_own(store: Store) -> None:
    """The log keeps what was asked and answered, to the microsecond."""
    assert store.decisions.record(FIRST)
    assert store.decisions.get("d1") == FIRST
    assert store.decisions.find("r1", "recommend_products") == FIRST
    assert store.decisions.find("r1", "forecast_demand") is None
    assert store.decisions.get("d2") is None


def test_the_first_decision_of_an_id_stays(store: Store) -> None:
    """The log only grows: the same id again is not kept, and the caller learns it."""
    store.decisions.record(FIRST)
    assert not store.decisions.record(replace(FIRST, response="{}"))
    assert store.decisions.record_many([replace(FIRST, decision_id="d2"), replace(FIRST, response="{}")]) == 1
    assert store.decisions.get("d1") == FIRST
    assert store.decisions.record_many([]) == 0


def test_decisions_are_searched_latest_first_page_by_page(store: Store) -> None:
    """By capability, customer and time; 'since' is in, 'until' is out."""
    many = [
        replace(FIRST, decision_id=f"d{place}", customer_id="ann" if place % 2 else "bob",
                capability="a" if place < 4 else "b", decided_at=NOON + timedelta(hours=place))
        for place in range(6)
    ]  # fmt: skip
    store.decisions.record_many(many)
    search = store.decisions.search

    def ids(**wanted: object) -> list[str]:
        return [each.decision_id for each in search(**wanted)]  # type: ignore[arg-type]

    assert ids() == ["d5", "d4", "d3", "d2", "d1", "d0"]
    assert ids(limit=2) == ["d5", "d4"]
    assert ids(limit=2, after="d4") == ["d3", "d2"]
    assert ids(customer="ann", capability="a") == ["d3", "d1"]
    assert ids(since=NOON + timedelta(hours=1), until=NOON + timedelta(hours=3)) == ["d2", "d1"]


def test_threads_may_record_at_once(store: Store) -> None:
    """Eight of them, fifty each: all are there."""

    def work(name: int) -> None:
        for place in range(50):
            store.decisions.record(replace(FIRST, decision_id=f"{name}-{place}"))

    threads = [Thread(target=work, args=(name,)) for name in range(8)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert store.rows("decisions") == 400


def test_a_decision_of_a_bulk_writing_and_one_of_the_log_get_different_numbers(store: Store) -> None:
    """Both roads lead into the same table."""
    held = store.frame("decisions")
    store.decisions.record(FIRST)
    held = store.frame("decisions")
    store.write("decisions", held.with_columns(decision_id=held["decision_id"] + "x"))
    store.decisions.record(replace(FIRST, decision_id="d3"))
    with store.engine.connect() as connection:
        numbers = list(connection.exec_driver_sql("SELECT _stored FROM decisions").scalars())
    assert len(set(numbers)) == 3


def test_recording_costs_microseconds(store: Store) -> None:
    """A bound ten times above what is measured, so that it fails only when something went wrong."""
    many = [replace(FIRST, decision_id=f"d{place}") for place in range(300)]
    times = []
    for each in many:
        begun = time.perf_counter()
        store.decisions.record(each)
        times.append(time.perf_counter() - begun)
    assert sorted(times)[150] < (0.0005 if store.engine.dialect.name == "sqlite" else 0.005)
