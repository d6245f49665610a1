"""The contract, over all models found of all capabilities."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest

from mercer.capabilities import all_capabilities
from mercer.training.extras import missing_extras

sys.path.insert(0, str(Path(__file__).parent))
from model_contract import CHECKS, Bench

FOUND = [(capability, kind) for capability in all_capabilities().values() for kind in capability.models().values()]


@pytest.fixture(scope="module")
def benches(tiny_shop_snapshot: Any) -> dict[tuple[str, str], Bench]:
    return {(capability.name, kind.name): Bench(capability, kind, tiny_shop_snapshot) for capability, kind in FOUND}


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
@pytest.mark.parametrize("names", [(capability.name, kind.name) for capability, kind in FOUND], ids="-".join)
def test_every_model_keeps_the_contract(benches: Any, names: tuple[str, str], check: Any) -> None:
    """Each check on each model; one whose library is not installed is skipped, saying which."""
    bench = benches[names]
    missing = missing_extras(bench.kind.extras)
    if missing:
        pytest.skip(f"needs pip install 'mercer[{','.join(missing)}]'")
    check(bench)


def test_there_are_models() -> None:
    """Every capability has its baseline among its models, on the lowest rung, and they come lightest first."""
    assert FOUND
    for capability in all_capabilities().values():
        models = capability.models()
        assert models[capability.baseline].rung == 0
        rungs = [each.rung for each in models.values()]
        assert rungs == sorted(rungs)
