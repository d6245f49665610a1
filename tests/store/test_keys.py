import pytest

from mercer.core.errors import Invalid
from mercer.store.store import Store


def test_a_key_is_known_by_its_secret_until_it_is_revoked(store: Store) -> None:
    """A wrong secret and a revoked key are nobody's."""
    secret = store.keys.create("till", "public")
    key = store.keys.check(secret)
    assert key is not None
    assert (key.name, key.role) == ("till", "public")
    assert store.keys.list() == [key]
    assert store.keys.check(secret + "x") is None
    assert store.keys.check("") is None
    assert store.keys.check("\udcff") is None
    assert store.keys.revoke(key.key_id)
    assert not store.keys.revoke(key.key_id)
    assert store.keys.check(secret) is None
    assert store.keys.list() == []


def test_the_secret_is_nowhere_in_the_database(store: Store) -> None:
    """Only its SHA-256 is, and secrets have 256 random bits."""
    secret = store.keys.create("till", "staff")
    assert len(secret) >= 43
    with store.engine.connect() as connection:
        held = connection.exec_driver_sql("SELECT * FROM api_keys").all()
    assert secret not in repr(held)
    assert secret.removeprefix("mk_") not in repr(held)


def test_there_are_three_roles(store: Store) -> None:
    """Another one is refused with the list of them."""
    with pytest.raises(Invalid) as caught:
        store.keys.create("till", "king")
    assert "owner" in caught.value.hint.en
