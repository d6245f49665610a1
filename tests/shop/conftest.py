"""The small trained shop that these tests ask."""

from __future__ import annotations

from trained_shop import trained, trained_template

__all__ = ["trained", "trained_template"]
