"""A capability small enough that the right answers are known: even customers buy even products, odd ones odd products."""

from tinyshop.description import NextProduct

capability = NextProduct()

__all__ = ["NextProduct", "capability"]
