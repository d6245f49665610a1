"""Models that misbehave, each in its own way, when they are fitted."""

from __future__ import annotations

import os
import subprocess
import sys
import time

from mercer.core.errors import NotReady
from mercer.core.phrase import Phrase
from mercer.core.snapshot import Snapshot
from tinyshop.models.own import Own
from tinyshop.models.popular import Popular


class Sleeper(Popular):
    name, about, rung = "sleeper", Phrase("Sleeps", "睡觉"), 7

    def fit(self, past: Snapshot, seed: int = 0) -> None:
        time.sleep(600)


class Eater(Popular):
    name, about, rung = "eater", Phrase("Eats memory", "吃内存"), 7

    def fit(self, past: Snapshot, seed: int = 0) -> None:
        held = []
        while True:
            held.append(bytearray(b"x" * 2_000_000))
            time.sleep(0.002)


class Parent(Popular):
    name, about, rung = "parent", Phrase("Lets a child eat memory", "让子进程吃内存"), 7

    def fit(self, past: Snapshot, seed: int = 0) -> None:
        eats = "import time\nheld = []\nwhile True:\n held.append(bytearray(b'x' * 2_000_000)); time.sleep(0.002)"
        subprocess.run([sys.executable, "-c", eats], check=False)


class Crasher(Popular):
    name, about, rung = "crasher", Phrase("Ends its process", "结束自己的进程"), 7

    def fit(self, past: Snapshot, seed: int = 0) -> None:
        os.abort()


class Refuser(Popular):
    name, about, rung = "refuser", Phrase("Refuses", "拒绝"), 7

    def fit(self, past: Snapshot, seed: int = 0) -> None:
        raise NotReady(Phrase("it needs rain", "需要下雨"), Phrase("wait for rain", "请等待下雨"))


class Nosy(Popular):
    name, about, rung = "nosy", Phrase("Reads what it does not name", "读取未声明的表"), 7

    def fit(self, past: Snapshot, seed: int = 0) -> None:
        past.frame("reviews").collect()


class Reviewer(Popular):
    name, about, rung = "reviewer", Phrase("Needs reviews", "需要评价"), 7
    needs = ("order_lines", "reviews")


class Exotic(Popular):
    name, about, rung = "exotic", Phrase("Needs a library nobody has", "需要没人有的库"), 7
    extras = ("no-such-extra",)


class SlowToRefit(Own):
    """Quick and good on the past, asleep on the whole."""

    name, about, rung = "slow_to_refit", Phrase("Sleeps when it sees everything", "看到全部数据时睡着"), 3

    def fit(self, past: Snapshot, seed: int = 0) -> None:
        super().fit(past, seed)
        if past.rows("order_lines") > 1000:
            time.sleep(600)
