"""The owner's train job, on a real shop in a folder."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from mercer.core.errors import Conflict, NotFound
from mercer.jobs.train import train
from mercer.shop import Shop
from mercer.training.alone import alone

GOOD = ("popular", "own", "heavier")


def test_train_publishes_what_it_chose(tiny_shop: Shop) -> None:
    """The chosen model is in the registry, whole, with card and report, and is the one that answers."""
    found = train(tiny_shop, models=GOOD).capabilities["next_product"]
    assert (found.chosen, found.metric, found.newcomer_cases) == ("own", "hit", 10)
    assert tiny_shop.registry.chosen("next_product") == found.version
    folder = tiny_shop.registry.open("next_product", found.version or "")
    files = {each.relative_to(folder).as_posix() for each in folder.rglob("*") if each.is_file()}
    assert {"model.json", "model/best.json", "card.md", "card.zh-CN.md", "report.json"} <= files
    report = json.loads((folder / "report.json").read_text(encoding="utf-8"))
    assert report["data"]["rows"] == {"order_lines": 1110}
    version = tiny_shop.registry.versions("next_product")[0]
    assert version.score == report["score"] == pytest.approx(0.9, abs=0.06)
    assert version.snapshot == report["snapshot"]


def test_the_leaderboard_is_rows_of_plain_values(tiny_shop: Shop) -> None:
    """Any interface can show it: flat rows, each metric with its interval, the gain over the baseline."""
    found = train(tiny_shop, models=GOOD, publish=False).model_dump(mode="json")["capabilities"]["next_product"]
    by_name = {row["model"]: row for row in found["leaderboard"]}
    assert all(not isinstance(value, (dict, list)) for row in found["leaderboard"] for value in row.values())
    assert by_name["popular"]["gain"] is None
    assert by_name["own"]["score_low"] < by_name["own"]["score"] < by_name["own"]["score_high"]
    assert 0 < by_name["own"]["gain_low"] < by_name["own"]["gain"] < by_name["own"]["gain_high"]
    assert by_name["own"]["fit_seconds"] > 0
    assert [row["metric"] for row in found["all_metrics"]] == ["hit", "miss", "coverage"]
    assert "±" in found["all_metrics"][0]["own"]
    assert found["newcomers"][0]["own"]


def test_evaluating_changes_nothing(tiny_shop: Shop) -> None:
    """Without publishing, the models are examined and the registry stays as it was."""
    found = train(tiny_shop, models=GOOD, publish=False)
    assert not found.published
    assert found.capabilities["next_product"].version is None
    assert tiny_shop.registry.versions("next_product") == []


def test_training_again_is_the_same(tiny_shop: Shop) -> None:
    """The same data and seed: the same snapshot, the same numbers, a new version beside the old one."""
    one, two = (train(tiny_shop, models=GOOD, seed=4) for _ in range(2))
    assert one.snapshot == two.snapshot
    numbers = [[(row.model, row.score, row.score_low, row.gain_high) for row in each.capabilities["next_product"].leaderboard]
               for each in (one, two)]  # fmt: skip
    assert numbers[0] == numbers[1]
    assert len(tiny_shop.registry.versions("next_product")) == 2


def test_one_at_a_time(tiny_shop: Shop) -> None:
    """While a training is running, another is turned away, and nothing of it is touched."""
    with alone(tiny_shop.folder / ".training"), pytest.raises(Conflict, match="being trained already"):
        train(tiny_shop)


def test_only_names_a_capability(tiny_shop: Shop) -> None:
    """By name or command; anything else is refused with what there is."""
    assert list(train(tiny_shop, only="next", models=("popular",), publish=False).capabilities) == ["next_product"]
    with pytest.raises(NotFound, match="no capability 'weather'"):
        train(tiny_shop, only="weather")


def test_the_work_is_cleared_away(tiny_shop: Shop) -> None:
    """After a training only the lock is left of it, in success and in failure."""
    train(tiny_shop, models=("popular",), publish=False)
    with pytest.raises(NotFound):
        train(tiny_shop, models=("oracle",))
    assert [each.name for each in (tiny_shop.folder / ".training").iterdir()] == ["lock"]


PROGRAM = """
import sys
sys.path.insert(0, {tiny!r})
import tinyshop
from mercer.shop import Shop
from mercer.jobs.train import train
Shop.capabilities = lambda self: {{"next_product": tinyshop.capability}}
train(Shop.open({folder!r}), models=("popular", "own"), seed=2,
      progress=lambda step, done, total=None: print(step.en, done, flush=True))
"""


@pytest.mark.parametrize(
    "step", ["examining models: next_product 1", "fitting own on everything 0", "publishing own 0"]
)
def test_kill_9_leaves_the_old_model_serving(tiny_shop: Shop, tiny_path: str, step: str) -> None:
    """Killed at any step, the version that answered before still does, no half version is seen, and train works again."""
    before = train(tiny_shop, models=("popular",)).capabilities["next_product"].version
    program = PROGRAM.format(tiny=tiny_path, folder=str(tiny_shop.folder))
    process = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    for line in process.stdout:
        if line.strip() == step:
            break
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    process.stdout.close()
    chosen = tiny_shop.registry.chosen("next_product")
    versions = {each.version: each.model for each in tiny_shop.registry.versions("next_product")}
    assert chosen in versions
    if "publishing" not in step:  # there the kill races with the last rename: old or new, but whole
        assert chosen == before
        assert list(versions) == [before]
    _answers(tiny_shop, versions[chosen or ""], chosen or "")
    after = train(tiny_shop, models=("popular", "own")).capabilities["next_product"].version
    assert tiny_shop.registry.chosen("next_product") == after


def _answers(shop: Shop, model: str, version: str) -> None:
    """The version loads and answers."""
    import tinyshop
    from tinyshop.description import NextRequest

    loaded: Any = tinyshop.capability.model(model)()
    loaded.load(shop.registry.open("next_product", version) / "model")
    assert loaded.answer([NextRequest(customer="c0")])[0].product in ("p1", "p2")


def test_a_plain_script_may_train(tiny_shop: Shop, tiny_path: str, tmp_path: Path) -> None:
    """A script without a __main__ guard trains once: training processes do not run the caller's script again."""
    script = tmp_path / "owner.py"
    script.write_text(PROGRAM.format(tiny=tiny_path, folder=str(tiny_shop.folder)) + "print('once')\n")
    began = time.monotonic()
    told = subprocess.run([sys.executable, str(script)], capture_output=True, text=True, timeout=120, check=True).stdout
    assert told.count("once") == 1
    assert time.monotonic() - began < 60
