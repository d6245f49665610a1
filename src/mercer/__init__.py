"""Mercer: the AI engine for online shops.

>>> from mercer import Shop
>>> shop = Shop.open("my-shop")                                     # doctest: +SKIP
>>> shop.ask("recommend_products", customer="17850", n=5).items     # doctest: +SKIP
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mercer.shop import Shop

__all__ = ["Shop"]

# Threads of LightGBM and OpenMP that spin while they wait slow down every other busy process on the machine, up to
# fifteen times; it has to be said before a numerical library is imported.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")


def __getattr__(name: str) -> Any:
    if name == "Shop":
        from mercer.shop import Shop

        return Shop
    raise AttributeError(f"module 'mercer' has no attribute '{name}'")
