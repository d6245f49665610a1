"""Which products to show whom: for a customer, a visit, a product page, a cart, each with reasons."""

from mercer.capabilities.recommend.description import RecommendProducts

capability = RecommendProducts()

__all__ = ["RecommendProducts", "capability"]
