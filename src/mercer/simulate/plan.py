"""What a simulated shop is to be like."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Annotated

from mercer.core.record import Record, about

if TYPE_CHECKING:
    import numpy as np

START = date(2025, 11, 1)
"""The first day. It is fixed, not today, so that two runs of one seed are equal to the byte on any day; the 240 days that
follow hold 11.11, Black Friday, Christmas, the Spring Festival and 6.18."""

DIMENSIONS = 8
"""Length of the latent vectors of customers and products."""


Products = Annotated[int, about("products", "商品数", ge=60, le=1_000_000)]
Customers = Annotated[int, about("people who visit", "访客人数", ge=20, le=10_000_000)]
Days = Annotated[int, about("days of life", "天数", ge=14, le=3650)]
Seed = Annotated[
    int,
    about(
        "seed: the same one makes the same files, to the byte",
        "随机种子：相同的种子生成逐字节相同的文件",
        ge=0,
        le=2**31 - 1,
    ),
]
DirtShare = Annotated[
    float,
    about(
        "share of rows to spoil in ways that real exports are spoilt; 0 is clean",
        "按真实导出中常见的方式弄脏的行占比；0 为干净",
        ge=0,
        le=0.2,
    ),
]


class Plan(Record):
    """Size, span and seed of a simulated shop, and how dirty its exports are."""

    products: Products = 600
    customers: Customers = 4000
    days: Days = 240
    seed: Seed = 7
    dirt: DirtShare = 0.0

    @property
    def start(self) -> datetime:
        return datetime(START.year, START.month, START.day, tzinfo=UTC)

    @property
    def end(self) -> datetime:
        return self.start + timedelta(days=self.days)

    def day(self, index: int) -> date:
        """The calendar day of day ``index``."""
        return START + timedelta(days=index)

    def rng(self, *stream: int) -> np.random.Generator:
        """Independent random numbers for one part of the shop, so that a change to one part leaves the others as they were."""
        import numpy as np

        return np.random.default_rng([self.seed, *stream])


# The streams of random numbers; a new part gets a new number, the old ones keep theirs.
CATALOGUE, PEOPLE, VISITS, WORDS, REVIEWS, DIRT = range(1, 7)
