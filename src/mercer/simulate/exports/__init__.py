"""What platforms would export of the simulated shop: Shopify products and orders, Google Analytics 4 events, reviews."""
