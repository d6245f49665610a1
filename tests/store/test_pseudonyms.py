from concurrent.futures import ThreadPoolExecutor

import polars as pl

from mercer.store.store import Store


def test_a_pseudonym_is_random_and_stays(store: Store) -> None:
    """128 bits that say nothing of the id, the same ones every time; customers and visitors apart."""
    assert store.pseudonyms.known("ann") is None
    names = store.pseudonyms.of(["ann", "bob", "ann"])
    assert list(names) == ["ann", "bob"]
    assert len({*names.values()}) == 2
    assert len(bytes.fromhex(names["ann"].removeprefix("c_"))) == 16
    assert store.pseudonyms.of(["bob"]) == {"bob": names["bob"]}
    assert store.pseudonyms.known("ann") == names["ann"]
    assert store.pseudonyms.known("ann", "visitor") is None
    assert store.pseudonyms.of(["ann"], "visitor")["ann"] != names["ann"]


def test_a_column_of_ids_becomes_a_column_of_pseudonyms(store: Store) -> None:
    """In order, nulls stay, and there are more ids than one query asks for."""
    ids = pl.Series("customer_id", [f"c{place % 30_000}" for place in range(60_000)] + [None])
    hidden = store.pseudonyms.column(ids, "customer")
    assert hidden.name == "customer_id"
    assert hidden[-1] is None
    assert hidden.n_unique() == 30_001
    assert hidden[:30_000].equals(hidden[30_000:60_000])
    assert hidden[7] == store.pseudonyms.known("c7")


def test_threads_that_ask_at_once_get_the_same_pseudonyms(store: Store) -> None:
    """Whoever is first makes it; nobody sees two."""
    ids = [f"c{place}" for place in range(200)]
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda _: store.pseudonyms.of(ids), range(8)))
    assert all(each == found[0] for each in found)
