"""How many requests a second somebody may make: token buckets."""

from __future__ import annotations

from collections.abc import Callable
from math import ceil
from time import monotonic

from mercer.core.errors import TooMany
from mercer.core.phrase import Phrase

MOST = 20_000
"""Buckets kept; beyond that, the ones that have filled up again are forgotten, for a full bucket says nothing."""


class Buckets:
    """A bucket for each name: it fills at ``rate`` tokens a second up to ``burst``, and each request takes one.

    >>> buckets = Buckets(rate=1, burst=2, clock=lambda: 0.0)
    >>> buckets.take("a"), buckets.take("a"), buckets.wait("a")
    (0.0, 0.0, 1.0)
    """

    def __init__(self, rate: float, burst: float | None = None, clock: Callable[[], float] = monotonic) -> None:
        self._rate = rate
        self._burst = max(1.0, rate if burst is None else burst)
        self._clock = clock
        self._held: dict[str, tuple[float, float]] = {}

    def wait(self, name: str) -> float:
        """Seconds until the bucket holds a token again; 0 where it does now."""
        tokens, _ = self._now(name)
        return 0.0 if tokens >= 1 else (1 - tokens) / self._rate

    def take(self, name: str) -> float:
        """Take a token; TooMany where there is none, saying when there will be."""
        tokens, at = self._now(name)
        if tokens < 1:
            seconds = ceil((1 - tokens) / self._rate)
            raise TooMany(
                Phrase("more than {rate:g} requests a second", "每秒请求数超过 {rate:g}").format(rate=self._rate),
                Phrase("try again in {seconds} s", "请在 {seconds} 秒后重试").format(seconds=seconds),
                retry_after=seconds,
            )
        if len(self._held) >= MOST and name not in self._held:
            self._forget(at)
        self._held[name] = (tokens - 1, at)
        return 0.0

    def _now(self, name: str) -> tuple[float, float]:
        at = self._clock()
        tokens, since = self._held.get(name, (self._burst, at))
        return min(self._burst, tokens + (at - since) * self._rate), at

    def _forget(self, at: float) -> None:
        self._held = {
            name: (tokens, since)
            for name, (tokens, since) in self._held.items()
            if tokens + (at - since) * self._rate < self._burst
        }
