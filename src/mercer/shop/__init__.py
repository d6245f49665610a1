"""A shop's front desk: opens its store, asks its models, records the answers, runs its jobs."""

from __future__ import annotations

from mercer.shop.shop import Shop

__all__ = ["Shop"]
