"""A small simulated shop, made once for all tests of this folder."""

from __future__ import annotations

from pathlib import Path

import pytest

from mercer.simulate.generate import simulate
from mercer.simulate.plan import Plan

SMALL = Plan(products=120, customers=400, days=60, seed=11)


@pytest.fixture(scope="session")
def small_shop(tmp_path_factory) -> Path:
    """The folder of a small, clean simulated shop."""
    folder = tmp_path_factory.mktemp("simulated")
    simulate(folder, SMALL)
    return folder


@pytest.fixture(scope="session")
def small_plan() -> Plan:
    return SMALL
