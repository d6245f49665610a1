"""Money and times as exports write them."""

from __future__ import annotations

from datetime import UTC, datetime


def major(minor: int) -> str:
    """An amount of hundredths as people write it.

    >>> major(5790)
    '57.90'
    """
    return f"{minor // 100}.{minor % 100:02d}"


def shopify_time(micros: int) -> str:
    """A time as Shopify's exports write it.

    >>> shopify_time(1_761_955_200_000_000)
    '2025-11-01 00:00:00 +0000'
    """
    return datetime.fromtimestamp(micros // 1_000_000, UTC).strftime("%Y-%m-%d %H:%M:%S +0000")
