"""Numbers beside the interval that says how certain they are, with no more digits than that."""

from __future__ import annotations

import math

MOST = 4
"""Decimals at most; what is smaller is of no account to anybody who reads it."""


def give_or_take(value: float, low: float | None, high: float | None) -> str:
    """A value with half of its interval; without an interval, the value in four digits.

    >>> give_or_take(0.20796, 0.2006, 0.2162), give_or_take(4.4042, 4.379, 4.43), give_or_take(3.2, None, None)
    ('0.2080 ±0.0078', '4.404 ±0.026', '3.2')
    """
    if low is None or high is None:
        return f"{value:.4g}"
    half = (high - low) / 2
    places = decimals(half)
    return f"{value:,.{places}f} ±{half:,.{places}f}" if half >= 10**-MOST / 2 else f"{value:.4g} ±0"


def within(value: float, low: float | None, high: float | None) -> str:
    """A value with the ends of its interval.

    >>> within(0.20796, 0.2006, 0.2161), within(0.0, 0.0, 0.0)
    ('0.2080 (0.2006 … 0.2161)', '0')
    """
    if low is None or high is None or low == high:
        return f"{value:.4g}"
    places = decimals((high - low) / 2)
    return f"{value:,.{places}f} ({low:,.{places}f} … {high:,.{places}f})"


def decimals(half: float) -> int:
    """So many decimals show two digits of half an interval.

    >>> decimals(0.0077), decimals(0.026), decimals(31.0), decimals(0.0)
    (4, 3, 0, 4)
    """
    return MOST if half <= 0 else min(MOST, max(0, 1 - math.floor(math.log10(half))))
