"""The settings file: what is written is read, and what is wrong is named."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mercer import Shop
from mercer.core.errors import Invalid
from mercer.store.settings import Settings, read, resolve, toml, write_new

LINES = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=50)


@given(name=LINES, store=LINES)
def test_toml_reads_back(name: str, store: str) -> None:
    """Whatever characters a setting holds, TOML gives it back."""
    settings = Settings(name=name, store=store)
    assert Settings.model_validate(tomllib.loads(toml(settings.model_dump()))) == settings


@pytest.mark.parametrize(
    ("address", "resolved"),
    [
        ("sqlite:///shop.db", "sqlite:////shops/tea/shop.db"),
        ("sqlite:////data/shop.db", "sqlite:////data/shop.db"),
        ("snapshots", "/shops/tea/snapshots"),
        ("/data/snapshots", "/data/snapshots"),
        ("s3://bucket/prefix", "s3://bucket/prefix"),
        ("postgresql://me:${SECRET_WORD}@host/db", "postgresql://me:s3cret@host/db"),
    ],
)
def test_addresses(address: str, resolved: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Relative addresses start at the shop's folder; secrets come from the environment."""
    monkeypatch.setenv("SECRET_WORD", "s3cret")
    assert resolve(address, Path("/shops/tea")) == resolved


def test_a_missing_variable_is_named() -> None:
    """An address that names a variable which is not set says which."""
    with pytest.raises(Invalid, match="NOBODY_SET_THIS"):
        resolve("postgresql://me:${NOBODY_SET_THIS}@host/db", Path("/shops/tea"))


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("name = ", "not TOML"),
        ('name = "tea"\ncurency = "EUR"', "curency"),
        ('name = "tea"\ncurrency = "eur"', "currency"),
        ("", "name"),
    ],
)
def test_a_wrong_file_is_refused(tmp_path: Path, text: str, named: str) -> None:
    """A settings file that cannot be right says where it is wrong."""
    (tmp_path / "mercer.toml").write_text(text)
    with pytest.raises(Invalid, match=named):
        read(tmp_path)


def test_remote_snapshots_keep_their_models_beside_them(tmp_path: Path) -> None:
    """A shop whose snapshots lie in an object store keeps its models there too, unless told otherwise."""
    with Shop.create(tmp_path / "tea", snapshots="s3://bucket/tea/") as shop:
        assert shop.settings.models == "s3://bucket/tea/models"


def test_settings_are_whole(tmp_path: Path) -> None:
    """A new file spells out every setting, so that its owner sees what there is."""
    write_new(tmp_path, Settings(name="tea"))
    written = tomllib.loads((tmp_path / "mercer.toml").read_text())
    assert set(written) == set(Settings.model_fields)
