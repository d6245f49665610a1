"""Who visits the simulated shop: what they like, how often they come, when they came first and when they are gone."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from mercer.simulate.assortment import Assortment
from mercer.simulate.catalogue import style_centres
from mercer.simulate.plan import DIMENSIONS, PEOPLE, Plan


@dataclass(frozen=True, slots=True)
class Country:
    """Where people live: the share of them, their language, their clock, and how addresses and names look."""

    code: str
    name: str
    share: float
    language: str
    hours_ahead: int
    tax: float
    cities: tuple[tuple[str, str], ...]
    first_names: tuple[str, ...]
    last_names: tuple[str, ...]


COUNTRIES = (
    Country("CN", "China", 0.4, "zh-CN", 8, 0.0,
            (("Shanghai", "200000"), ("Beijing", "100000"), ("Shenzhen", "518000"), ("Chengdu", "610000"), ("Hangzhou", "310000")),
            ("Wei", "Min", "Jing", "Lei", "Yan", "Hao", "Xin", "Qing", "Bo", "Lan"),
            ("Chen", "Wang", "Li", "Zhang", "Liu", "Zhao", "Huang", "Zhou", "Wu", "Xu")),
    Country("US", "United States", 0.25, "en", -5, 0.0,
            (("New York", "10001"), ("Chicago", "60601"), ("Austin", "73301"), ("Seattle", "98101")),
            ("Avery", "Jordan", "Morgan", "Riley", "Quinn", "Casey", "Harper", "Logan"),
            ("Miller", "Davis", "Garcia", "Wilson", "Moore", "Clark", "Lewis", "Young")),
    Country("GB", "United Kingdom", 0.2, "en", 0, 0.2,
            (("London", "E1 6AN"), ("Leeds", "LS1 1UR"), ("Bristol", "BS1 4DJ"), ("Glasgow", "G1 1XQ")),
            ("Oliver", "Amelia", "Freya", "Arthur", "Isla", "Theo", "Maisie", "Rory"),
            ("Smith", "Taylor", "Evans", "Walker", "Hughes", "Green", "Wood", "Hall")),
    Country("DE", "Germany", 0.15, "de", 1, 0.19,
            (("Berlin", "10115"), ("Hamburg", "20095"), ("München", "80331"), ("Köln", "50667")),
            ("Anna", "Felix", "Jonas", "Lena", "Mia", "Paul", "Klara", "Emil"),
            ("Müller", "Schmidt", "Fischer", "Weber", "Wagner", "Becker", "Koch", "Richter")),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class People:
    """Every person as one row of each array.

    ``style`` is the cluster a person belongs to, ``taste`` (people, dimensions) and ``interest`` (people, categories; log
    scale) are what they like, ``thrift`` how much a high price puts them off. ``rate`` is visits a day between the days
    ``arrives`` and ``leaves``; ``size`` (0 to 1) says which size fits.
    """

    style: np.ndarray
    taste: np.ndarray
    interest: np.ndarray
    thrift: np.ndarray
    rate: np.ndarray
    arrives: np.ndarray
    leaves: np.ndarray
    country: np.ndarray
    size: np.ndarray
    devices: np.ndarray
    """(people, 2) numbers of their devices, as Google Analytics would draw them."""

    def __len__(self) -> int:
        return len(self.style)


def people(plan: Plan, goods: Assortment) -> People:
    """Invent the people of a plan."""
    rng = plan.rng(PEOPLE, 0)
    n, styles, kinds = plan.customers, len(goods.styles), len(goods.categories)
    centres = style_centres(plan, styles)
    # People differ more than products do, as in most shops: the ten products that are most popular get a tenth of what
    # somebody looks at, the ten that suit them best a half.
    style = rng.integers(0, styles, n)
    second = (style + rng.integers(1, styles, n)) % styles
    taste = 1.5 * centres[style] + 0.35 * centres[second] + 0.3 * rng.normal(size=(n, DIMENSIONS))
    departments = {
        name: number for number, name in enumerate(dict.fromkeys(each.department.en for each in goods.categories))
    }
    department = np.array([departments[each.department.en] for each in goods.categories])
    by_style = rng.normal(0, 0.9, (styles, len(departments)))[style] + rng.normal(0, 0.9, (n, len(departments)))
    interest = by_style[:, department] + rng.normal(0, 0.8, (n, kinds)) + rng.normal(0, 0.4, kinds)
    arrives = np.where(rng.random(n) < 0.45, 0, rng.integers(0, plan.days, n))
    stays = 3 + rng.exponential(plan.days * 0.8, n)
    return People(
        style,
        taste,
        interest.astype(np.float32),
        np.abs(rng.normal(0.5, 0.3, n)),
        rng.gamma(1.1, 0.065, n) + 0.01,
        arrives,
        arrives + stays.astype(np.int64),
        rng.choice(len(COUNTRIES), n, p=[each.share for each in COUNTRIES]),
        rng.random(n),
        rng.integers(10**8, 2 * 10**9, (n, 2)),
    )


def name_of(whom: People, index: int) -> tuple[str, str]:
    """A person's first and last name."""
    country = COUNTRIES[whom.country[index]]
    return (
        country.first_names[index % len(country.first_names)],
        country.last_names[index // len(country.first_names) % len(country.last_names)],
    )


def email_of(whom: People, index: int) -> str:
    """A person's address, at a domain that is nobody's."""
    first, last = name_of(whom, index)
    plain = f"{first}.{last}".lower().translate({ord("ü"): "ue", ord("ö"): "oe", ord("ä"): "ae"})
    return f"{plain}.{index:05d}@example.com"
